using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;
using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>HDF5 files: every array in every group, and the numeric members of compounds as <c>name.member</c>.</summary>
public sealed class Hdf5Format(Hdf5Options options) : IDatasetFormat
{
    /// <summary>User blocks (MATLAB's has 512 bytes) put the signature at 0, 512, 1024, …: beyond this nobody has seen one.</summary>
    private const int MaxUserBlock = 8192;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public string Name => "hdf5";

    public int HeadBytes => MaxUserBlock + Signature.Length;

    public bool Recognizes(ReadOnlySpan<byte> head)
    {
        for (int at = 0; at <= MaxUserBlock && at + Signature.Length <= head.Length; at = at == 0 ? 512 : at * 2)
        {
            if (head[at..].StartsWith(Signature))
            {
                return true;
            }
        }

        return false;
    }

    public OpenedFile Open(DataFile file)
    {
        try
        {
            Hdf5File opened = Hdf5File.Open(file.Handle, options);
            List<OpenedArray> arrays = [];
            IReadOnlyDictionary<string, object?> attributes = OpenedFile.NoAttributes;
            foreach (Hdf5Object found in opened.ReadObjects())
            {
                if (found is Hdf5Dataset dataset)
                {
                    Add(arrays, file, dataset);
                }
                else if (found is Hdf5Unreadable unreadable)
                {
                    arrays.Add(new() { Name = NameOf(found.Path), Dtype = "unknown", Shape = Shape.Scalar, Reason = unreadable.Reason });
                }
                else if (found is Hdf5Group { Reason: { } reason })
                {
                    arrays.Add(new() { Name = NameOf(found.Path), Dtype = "unknown", Shape = Shape.Scalar, Reason = $"a group that cannot be read: {reason}" });
                }

                if (found.Path == "/")
                {
                    attributes = Hdf5Attributes.Read(found);
                }
            }

            return new(arrays, attributes);
        }
        catch (Hdf5FormatException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static void Add(List<OpenedArray> arrays, DataFile file, Hdf5Dataset dataset)
    {
        arrays.Add(Describe(file, dataset));
        foreach (Hdf5Dataset member in dataset.Members)
        {
            if (member.ElementType is not null)
            {
                arrays.Add(Describe(file, member));
            }
        }
    }

    private static OpenedArray Describe(DataFile file, Hdf5Dataset dataset)
    {
        string? reason = dataset.Reason;
        Hdf5Source? source = null;
        if (!Shape.TryCount(dataset.Shape.AsSpan(), out _))
        {
            reason = "its shape is larger than can be counted";
        }
        else if (dataset.ElementType is { } type && Dtype.TryParse(type.Name, out Dtype? dtype, out _))
        {
            Shape shape = new(dataset.Shape.AsSpan());
            source = shape.Count <= long.MaxValue / dtype.ItemSize
                ? new(file, dataset, new(dtype, shape, dataset.ChunkShape is { } chunks ? new(chunks.AsSpan()) : null))
                : null;
        }

        return new()
        {
            Name = NameOf(dataset.Path),
            Dtype = source?.Spec.Dtype.Name ?? dataset.DatatypeText,
            Shape = source?.Spec.Shape ?? (Shape.TryCount(dataset.Shape.AsSpan(), out _) ? new(dataset.Shape.AsSpan()) : Shape.Scalar),
            Source = source,
            Texts = TextsOf(dataset),
            Reason = source is null ? reason ?? "it is larger than can be counted" : null,
            Filters = [.. dataset.Filters.Select(Hdf5FilterName.Of)],
            Aliases = [.. dataset.Aliases.Select(NameOf)],
            Detail = new(() => ReadDetail(dataset)),
        };
    }

    private static Hdf5TextSource? TextsOf(Hdf5Dataset dataset) =>
        dataset.CanReadStrings && Shape.TryCount(dataset.Shape.AsSpan(), out _) ? new(dataset, new(dataset.Shape.AsSpan())) : null;

    private static OpenedDetail ReadDetail(Hdf5Dataset dataset)
    {
        try
        {
            return new(dataset.ReadStoredBytes(), Hdf5Attributes.Read(dataset));
        }
        catch (Hdf5FormatException)
        {
            // A damaged chunk table: reading the array says so, its description need not fail.
            return new(0, OpenedFile.NoAttributes);
        }
    }

    private static string NameOf(string path) => path == "/" ? path : path.TrimStart('/');
}
