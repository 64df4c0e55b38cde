using Microtome.Datasets.Arrays;
using Microtome.Datasets.Views;

namespace Microtome.Datasets.Catalogue;

/// <summary>A dataset as its views see it, at one version.</summary>
internal sealed class DatasetContent(Dataset dataset, string version, bool isHeld = false) : ViewSource(dataset.Name, version, dataset.Rows)
{
    public override IReadOnlyList<string> Names => [.. dataset.Aligned.Select(array => array.Name)];

    public override ViewColumn? Find(string name) =>
        dataset.TryGetArray(name, out DatasetArray array) ? new(array.Name, array.IsAligned, array.Source, null, array.Reason) : null;

    public override ViewSource Hold() => dataset.TryAddUser()
        ? new DatasetContent(dataset, Version, isHeld: true)
        : throw new ArrayReadException("The dataset was closed meanwhile; ask again.");

    public override void RequireUnchanged()
    {
        if (!dataset.IsUnchanged())
        {
            throw new ArrayReadException("A file of the dataset changed.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && isHeld)
        {
            dataset.Release();
        }
    }
}
