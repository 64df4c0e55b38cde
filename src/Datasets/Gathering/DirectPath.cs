using Microtome.Datasets.Sending;

namespace Microtome.Datasets.Gathering;

/// <summary>A shorter way to the reader than the web server's own: straight to the connection, once the answer's head is written.</summary>
/// <param name="Connection">Where the bytes go.</param>
/// <param name="StartAsync">Writes the head; called once, before the first bytes of the body are sent.</param>
/// <param name="SendsRuns">Whether runs of mapped files are sent from where they lie; otherwise they are copied.</param>
public sealed record DirectPath(SocketWriter Connection, Func<CancellationToken, Task> StartAsync, bool SendsRuns);
