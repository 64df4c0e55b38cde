using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;
using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>
/// Describes the arrays of one file for the catalogue. A file may hold a hundred thousand: what they have in common is there once,
/// and nothing is kept that can be read again.
/// </summary>
internal sealed class Hdf5ArrayList(DataFile file, Hdf5File opened)
{
    private readonly List<OpenedArray> _arrays = [];
    private readonly Dictionary<ArraySpec, ArraySpec> _specs = [];
    private IReadOnlyList<string> _filters = [];

    public IReadOnlyList<OpenedArray> Arrays => _arrays;

    /// <summary>Adds an array, and those members of one of compounds that are numbers or texts.</summary>
    public void Add(Hdf5Dataset dataset)
    {
        _arrays.Add(Describe(dataset));
        foreach (Hdf5Dataset member in dataset.Members)
        {
            if (member.ElementType is not null || member.CanReadStrings)
            {
                _arrays.Add(Describe(member));
            }
        }
    }

    /// <summary>Adds what is there and cannot be read.</summary>
    public void AddUnreadable(string path, string reason) =>
        _arrays.Add(new() { Name = NameOf(path), Dtype = "unknown", Shape = Shape.Scalar, Reason = reason });

    private OpenedArray Describe(Hdf5Dataset dataset)
    {
        bool canCount = Shape.TryCount(dataset.Shape.AsSpan(), out _);
        ArraySpec? spec = canCount ? SpecOf(dataset) : null;
        Shape shape = spec?.Shape ?? (canCount ? new(dataset.Shape.AsSpan()) : Shape.Scalar);
        Hdf5Array array = new(opened, dataset.Id, shape, spec?.Dtype);
        return new()
        {
            Name = NameOf(dataset.Path),
            Dtype = spec?.Dtype.Name ?? dataset.DatatypeText,
            Shape = shape,
            Source = spec is null ? null : new Hdf5Source(file, array, spec, mustDecode: !dataset.Filters.IsEmpty),
            Texts = dataset.CanReadStrings && canCount ? new Hdf5TextSource(array, shape) : null,
            Reason = spec is not null ? null : !canCount ? "its shape is larger than can be counted" : dataset.Reason ?? "it is larger than can be counted",
            Filters = FiltersOf(dataset),
            Aliases = dataset.Aliases.Count == 0 ? [] : [.. dataset.Aliases.Select(NameOf)],
            Detail = array.ReadDetail,
        };
    }

    private ArraySpec? SpecOf(Hdf5Dataset dataset)
    {
        if (dataset.ElementType is not { } type || !Dtype.TryParse(type.Name, out Dtype? dtype, out _))
        {
            return null;
        }

        Shape shape = new(dataset.Shape.AsSpan());
        if (shape.Count > long.MaxValue / dtype.ItemSize)
        {
            return null;
        }

        ArraySpec spec = new(dtype, shape, dataset.ChunkShape is { } chunks ? new(chunks.AsSpan()) : null);
        _specs.TryAdd(spec, spec);
        return _specs[spec];
    }

    private IReadOnlyList<string> FiltersOf(Hdf5Dataset dataset)
    {
        if (dataset.Filters.IsEmpty)
        {
            return [];
        }

        // Mostly those of the array before.
        string[] names = [.. dataset.Filters.Select(Hdf5FilterName.Of)];
        return names.SequenceEqual(_filters) ? _filters : _filters = names;
    }

    private static string NameOf(string path) => path == "/" ? path : path.TrimStart('/');
}
