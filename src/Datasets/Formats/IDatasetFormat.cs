using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Formats;

/// <summary>A file format: the door through which the catalogue opens files. One folder each, one line in Services.cs.</summary>
public interface IDatasetFormat
{
    /// <summary><c>npy</c>, <c>hdf5</c>: as <c>source.format</c> says it.</summary>
    string Name { get; }

    /// <summary>Bytes of a file's beginning that <see cref="Recognizes"/> wants to see.</summary>
    int HeadBytes { get; }

    /// <summary>Whether a file that begins so is of this format, whatever its extension.</summary>
    bool Recognizes(ReadOnlySpan<byte> head);

    /// <summary>Reads the headers of an open file. The arrays keep using <paramref name="file"/>, which the caller owns and disposes after them.</summary>
    /// <exception cref="FormatException">The file is not what it says it is; the message says why and names no path.</exception>
    /// <exception cref="Arrays.ArrayReadException">The file could not be read.</exception>
    OpenedFile Open(DataFile file);
}
