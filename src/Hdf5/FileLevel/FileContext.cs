using System.Collections.Concurrent;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.FileLevel;

/// <summary>What every reader of a file's structures needs: the bytes, the field sizes, and what the superblock extension says.</summary>
internal sealed class FileContext
{
    private const int DriverPrefixBytes = 16;

    private readonly ConcurrentDictionary<MessageType, FractalHeap> _sharedHeaps = new();
    private readonly SharedMessageTable? _sharedMessages;

    public FileContext(BoundedFile file, Superblock superblock, Hdf5Options options)
    {
        File = file;
        Sizes = superblock.Sizes;
        Options = options;
        ChunkNodeK = superblock.ChunkNodeK;

        // A part of a file in several is shorter than the whole, and should not be called truncated.
        bool isTruncated = superblock.EndOfFile > file.Length;
        CheckDriver(superblock.DriverInfoAddress, isTruncated);
        ObjectHeader? extension = ReadExtension(superblock.ExtensionAddress, isTruncated);
        if (isTruncated)
            throw new Hdf5FormatException($"The file is truncated: {file.Length} bytes of {superblock.EndOfFile} are there.");

        if (extension is null)
            return;

        // First of all: what is read from here on may lie in the image.
        if (extension.TryGetBody(MessageType.MetadataCacheImage, out ReadOnlyMemory<byte> body) && ReadCacheImage(body.Span) is { } image)
            File = file.With(image);

        if (extension.TryGetBody(MessageType.SharedMessageTable, out ReadOnlyMemory<byte> table))
            _sharedMessages = new(this, table.Span);

        if (extension.TryGetBody(MessageType.BTreeK, out ReadOnlyMemory<byte> k))
            ChunkNodeK = ReadChunkNodeK(k.Span);
    }

    public BoundedFile File { get; }

    public FieldSizes Sizes { get; }

    public Hdf5Options Options { get; }

    /// <summary>Half the children of a version 1 B-tree node over chunks.</summary>
    public int ChunkNodeK { get; }

    /// <summary>The heap that keeps shared messages of a kind.</summary>
    public FractalHeap SharedHeap(MessageType type)
    {
        if (_sharedMessages is null)
            throw new Hdf5FormatException("The file has shared messages but no table of them.");

        return _sharedHeaps.GetOrAdd(type, static (type, self) => new FractalHeap(self, self._sharedMessages!.HeapOf(type)), this);
    }

    /// <summary>Holds the last four bytes of a structure against the checksum of those before them.</summary>
    public void VerifyChecksum(ReadOnlySpan<byte> structure, string name)
    {
        if (Options.VerifyChecksums)
            Checksum.Verify(structure, name);
    }

    /// <summary>Specification II.C: the extension is an object header.</summary>
    private ObjectHeader? ReadExtension(long address, bool isTruncated)
    {
        if (IsAbsent(address, isTruncated))
            return null;

        var extension = ObjectHeader.Read(this, address);
        return extension.Has(MessageType.DriverInfo) ? throw PartOfSeveral() : extension;
    }

    private void CheckDriver(long address, bool isTruncated)
    {
        if (IsAbsent(address, isTruncated))
            return;

        // Specification II.B. Family and multi files keep their data in several files.
        byte[] block = File.ReadMetadata(address, DriverPrefixBytes);
        if (block.AsSpan(8).StartsWith("NCSA"u8))
            throw PartOfSeveral();
    }

    private bool IsAbsent(long address, bool isTruncated) =>
        address == Cursor.Undefined || (isTruncated && File.BytesFrom(address) < DriverPrefixBytes);

    private static Hdf5FormatException PartOfSeveral() => new("The file is one part of a family or split file, which is not supported.");

    private int ReadChunkNodeK(ReadOnlySpan<byte> body)
    {
        Cursor cursor = new(body, Sizes);
        cursor.Version("the B-tree K message", 0, 0);
        return cursor.UInt16();
    }

    private MetadataCacheImage? ReadCacheImage(ReadOnlySpan<byte> body)
    {
        Cursor cursor = new(body, Sizes);
        cursor.Version("the metadata cache image message", 0, 0);
        long address = cursor.Address();
        long length = cursor.Length();
        return address == Cursor.Undefined || length == 0 ? null : new(this, address, length);
    }
}
