using Microtome.Api.Limits;
using Microtome.Datasets.Gathering;

namespace Microtome.Api.Hosting;

/// <summary>
/// The server's end, before it stops to listen: while answers with data are under way, for <see cref="Patience"/> at most,
/// readiness says that it is draining, so that whoever shares out requests looks elsewhere. Where nothing is under way it ends at once.
/// </summary>
internal sealed class Draining(StreamAdmission streams, ReadAdmission reads) : IHostedLifecycleService
{
    /// <summary>Within it a balancer that asks every few seconds has seen it. Answers have the host's own shutdown time beyond it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private volatile bool _hasBegun;

    /// <summary>Whether the server is about to end.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Called before the server stops listening.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(Patience);
        while ((streams.Open > 0 || reads.Active > 0) && !end.IsCancellationRequested)
        {
            await Task.Delay(Look, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
