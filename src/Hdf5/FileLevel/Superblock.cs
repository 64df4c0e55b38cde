namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// The file's entry point (specification II.A, versions 0 to 3). Addresses in the file count from where the superblock was found,
/// which is what libhdf5 does too when a user block was added or removed later.
/// </summary>
internal sealed record Superblock(
    int Version,
    long BaseAddress,
    FieldSizes Sizes,
    int ChunkNodeK,
    long EndOfFile,
    long RootAddress,
    long ExtensionAddress,
    long DriverInfoAddress)
{
    /// <summary>Half the children of a version 1 B-tree node over chunks, where the file does not say (specification IV.A.2.t).</summary>
    public const int DefaultChunkNodeK = 32;

    private const int VersionZeroMost = 24 + (4 * 8) + 40 + 4;

    public static ReadOnlySpan<byte> FormatSignature => [0x89, (byte)'H', (byte)'D', (byte)'F', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'];

    /// <summary>Looks for the signature at 0, 512, 1024, 2048 … and reads the superblock there.</summary>
    /// <param name="file">The whole file, its base at 0.</param>
    /// <exception cref="Hdf5FormatException">No signature, or a superblock that cannot be read.</exception>
    public static Superblock Read(BoundedFile file)
    {
        long at = 0;
        while (true)
        {
            if (file.BytesFrom(at) < FormatSignature.Length + 1)
                throw new Hdf5FormatException("This is not an HDF5 file: no signature at 0, 512, 1024 and so on.");

            if (file.ReadMetadata(at, FormatSignature.Length).AsSpan().SequenceEqual(FormatSignature))
                return ReadAt(file, at);

            at = at == 0 ? 512 : at * 2;
        }
    }

    private static Superblock ReadAt(BoundedFile file, long at)
    {
        byte[] bytes = file.ReadMetadataUpTo(at, VersionZeroMost);
        Cursor cursor = new(bytes, default);
        cursor.Skip(FormatSignature.Length);
        byte version = cursor.Version("the superblock", 0, 3);
        return version < 2 ? ReadOld(bytes, version, at) : ReadNew(bytes, version, at);
    }

    private static Superblock ReadOld(byte[] bytes, int version, long at)
    {
        Cursor cursor = new(bytes, default);
        cursor.Skip(FormatSignature.Length + 5);
        var sizes = FieldSizes.Create(cursor.Byte(), cursor.Byte());
        cursor = new(bytes, sizes);
        cursor.Skip(FormatSignature.Length + 8);
        cursor.Skip(4); // group leaf and internal node K: nodes say themselves how many entries they use
        cursor.Skip(4); // consistency flags, not used in these versions
        int chunkNodeK = DefaultChunkNodeK;
        if (version == 1)
        {
            chunkNodeK = cursor.UInt16();
            cursor.Skip(2);
        }

        long baseAddress = cursor.Address();
        cursor.Skip(sizes.Offset); // global free-space index, never used
        long end = cursor.Address();
        long driver = cursor.Address();
        cursor.Skip(sizes.Length); // root symbol table entry (III.C): offset of the name, then the header
        long root = cursor.Address();
        return new(version, at, sizes, chunkNodeK, RelativeEnd(end, baseAddress), root, Cursor.Undefined, driver);
    }

    private static Superblock ReadNew(byte[] bytes, int version, long at)
    {
        Cursor cursor = new(bytes, default);
        cursor.Skip(FormatSignature.Length + 1);
        var sizes = FieldSizes.Create(cursor.Byte(), cursor.Byte());
        cursor = new(bytes, sizes);
        cursor.Skip(FormatSignature.Length + 3);
        byte flags = cursor.Byte();
        long baseAddress = cursor.Address();
        long extension = cursor.Address();
        long end = cursor.Address();
        long root = cursor.Address();
        cursor.Skip(4);
        Checksum.Verify(bytes.AsSpan(0, cursor.Position), "superblock");

        // Bits 0 and 2: a writer has the file open, or died with it open. libhdf5 refuses such a file as well.
        if (version >= 3 && (flags & 0b101) != 0)
            throw new Hdf5FormatException("The file is marked as open for writing (h5clear --status clears the mark of a dead writer).");

        return new(version, at, sizes, DefaultChunkNodeK, RelativeEnd(end, baseAddress), root, extension, Cursor.Undefined);
    }

    private static long RelativeEnd(long end, long baseAddress) =>
        end < 0 || baseAddress < 0 || end < baseAddress ? Cursor.Undefined : end - baseAddress;
}
