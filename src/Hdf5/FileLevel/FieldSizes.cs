namespace Microtome.Hdf5.FileLevel;

/// <summary>How many bytes a file address and a length take in this file (superblock, "Size of Offsets" and "Size of Lengths").</summary>
internal readonly record struct FieldSizes(int Offset, int Length)
{
    /// <exception cref="Hdf5FormatException">Sizes that no library writes: only 2, 4 and 8 are read.</exception>
    public static FieldSizes Create(int offset, int length)
    {
        if (offset is not (2 or 4 or 8) || length is not (2 or 4 or 8))
            throw new Hdf5FormatException($"Addresses of {offset} bytes and lengths of {length} bytes are not supported.");

        return new(offset, length);
    }
}
