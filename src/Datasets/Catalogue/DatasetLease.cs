namespace Microtome.Datasets.Catalogue;

/// <summary>A dataset that stays open until the lease is disposed, whatever becomes of its files meanwhile.</summary>
public sealed class DatasetLease(Dataset dataset) : IDisposable
{
    private int _ended;

    public Dataset Dataset { get; } = dataset;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            Dataset.Release();
        }
    }
}
