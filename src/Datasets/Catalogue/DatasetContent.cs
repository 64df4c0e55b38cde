using Microtome.Datasets.Arrays;
using Microtome.Datasets.Views;

namespace Microtome.Datasets.Catalogue;

/// <summary>A dataset as its views see it, at one version. What is held also keeps the computed columns open that were looked for. One user at a time.</summary>
internal sealed class DatasetContent(Dataset dataset, string version, ColumnOpener columns, bool isHeld = false) : ViewSource(dataset.Name, version, dataset.Rows)
{
    private readonly Dictionary<string, IArraySource> _opened = [];

    public override IReadOnlyList<string> Names => [.. dataset.Arrays.Where(array => array.IsAligned && (array.Source is not null || array.Texts is not null)).Select(array => array.Name)];

    public override ViewColumn? Find(string name)
    {
        if (dataset.TryGetArray(name, out DatasetArray array))
        {
            return new(array.Name, array.IsAligned, array.Source, array.Texts, array.Reason);
        }

        if (!_opened.TryGetValue(name, out IArraySource? column))
        {
            column = columns(dataset, Version, name);
            if (column is null)
            {
                return null;
            }

            _opened.Add(name, column);
        }

        return new(name, column.Spec.Shape.Rows == dataset.Rows, column, null);
    }

    public override ViewSource Hold() => dataset.TryAddUser()
        ? new DatasetContent(dataset, Version, columns, isHeld: true)
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
            foreach (IArraySource column in _opened.Values)
            {
                column.Dispose();
            }

            dataset.Release();
        }
    }
}
