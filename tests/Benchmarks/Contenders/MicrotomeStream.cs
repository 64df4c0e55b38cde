using System.Globalization;
using System.Runtime.CompilerServices;
using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>Microtome's epoch stream: one request an epoch, a batch each time so many of its bytes have come.</summary>
internal sealed class MicrotomeStream(string name, string file, params string[] settings) : ServerContender(name)
{
    /// <summary>Batches that are still to come of each connection's stream.</summary>
    private readonly ConditionalWeakTable<HttpConnection, StrongBox<long>> _left = [];

    public override string? Missing => null;

    public override long Fetch(HttpConnection connection, Workload workload, long number)
    {
        StrongBox<long> left = _left.GetOrCreateValue(connection);
        if (left.Value == 0)
        {
            left.Value = workload.Steps - 1; // The last one's bytes are mixed with the end frame's.
            connection.Open(string.Create(CultureInfo.InvariantCulture, $"{MicrotomeServer.EpochPath(workload, number)}/stream?batch_size={workload.BatchRows}&seed=7"));
        }

        left.Value--;
        return connection.Read(workload.BatchBytes);
    }

    protected override ServerProcess Start() => MicrotomeServer.Start(file, settings);
}
