using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;

namespace Microtome.Benchmarks.Load;

/// <summary>What is asked: batches of random rows of a data set, which a server knows by a name, over some connections at once.</summary>
internal sealed record Workload(DataSet Data, int BatchRows, int Connections, string Dataset = MicrotomeServer.Served)
{
    /// <summary>Body bytes of one batch, at least: a format may add a header.</summary>
    public long BatchBytes => (long)BatchRows * Data.RowBytes;

    /// <summary>Batches of one pass.</summary>
    public long Steps => Data.Rows / BatchRows;
}
