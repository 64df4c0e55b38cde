using Microtome.Datasets.Arrays;
using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>
/// An array of an open file, of which no more is kept than finds it again until somebody reads it: a file may hold a great many.
/// Opened at the first read, it stays so. Safe for concurrent use.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="id">The array in it.</param>
/// <param name="shape">Its shape as it is served.</param>
/// <param name="dtype">Its served dtype; null where its elements are no numbers.</param>
internal sealed class Hdf5Array(Hdf5File file, Hdf5DatasetId id, Shape shape, Dtype? dtype)
{
    private Hdf5Dataset? _opened;
    private OpenedDetail? _detail;

    /// <exception cref="Hdf5FormatException">It is no longer as it was when it was listed.</exception>
    public Hdf5Dataset Open()
    {
        if (Volatile.Read(ref _opened) is { } known)
        {
            return known;
        }

        Hdf5Dataset opened = file.OpenDataset(id);
        if (!opened.Shape.AsSpan().SequenceEqual(shape.Lengths) || opened.ElementType?.Name != dtype?.Name)
        {
            throw new Hdf5FormatException("The array is no longer of the shape and type that it had when the file was opened.");
        }

        // Of several first readers all go on with the same one: it keeps the chunk table.
        return Interlocked.CompareExchange(ref _opened, opened, null) ?? opened;
    }

    /// <summary>Reads what only a description of the array tells, once.</summary>
    public OpenedDetail ReadDetail() => _detail ??= ReadDetailOnce();

    private OpenedDetail ReadDetailOnce()
    {
        try
        {
            Hdf5Dataset dataset = Volatile.Read(ref _opened) ?? file.OpenDataset(id);
            return new(dataset.ReadStoredBytes(), Hdf5Attributes.Read(dataset));
        }
        catch (Hdf5FormatException)
        {
            // A damaged chunk table: reading the array says so, its description need not fail.
            return new(0, OpenedFile.NoAttributes);
        }
    }
}
