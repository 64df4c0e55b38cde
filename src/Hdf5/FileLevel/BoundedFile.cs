using Microsoft.Win32.SafeHandles;

namespace Microtome.Hdf5.FileLevel;

/// <summary>
/// All reading goes through here: every offset and length is held against the file's length, and bytes come by system call, never
/// from a mapping, so that a file that shrinks is a typed error and not the end of the process. Addresses are relative to the
/// superblock (a user block may lie before it). Metadata is read through a few immutable pages in a direct-mapped table: a lost
/// race between readers costs one more read, never a wrong byte. Safe for concurrent use.
/// </summary>
internal sealed class BoundedFile
{
    /// <summary>One metadata structure may not be larger: a hostile length is refused before it is allocated.</summary>
    public const long MaxMetadataBytes = 256L << 20;

    private const int PageBytes = 16 << 10;
    private const int PageSlots = 16;

    private readonly SafeFileHandle _handle;
    private readonly long _base;
    private readonly Page?[] _pages = new Page?[PageSlots];
    private readonly MetadataCacheImage? _image;

    public BoundedFile(SafeFileHandle handle, long fileLength, long baseAddress, MetadataCacheImage? image = null)
    {
        _image = image;
        _handle = handle;
        _base = baseAddress;
        Length = fileLength - baseAddress;
    }

    /// <summary>Bytes from the superblock to the end of the file.</summary>
    public long Length { get; }

    /// <summary>Bytes before the superblock (the user block): add it to an address to have an offset in the file.</summary>
    public long BaseAddress => _base;

    /// <summary>The same file, with metadata as an image has it.</summary>
    public BoundedFile With(MetadataCacheImage image) => new(_handle, Length + _base, _base, image);

    /// <summary>Bytes from an address to the end of the file; 0 where it lies beyond.</summary>
    public long BytesFrom(long address) => address < 0 || address >= Length ? 0 : Length - address;

    /// <exception cref="Hdf5FormatException">The range does not lie in the file.</exception>
    public void CheckRange(long address, long count)
    {
        if (address < 0 || count < 0 || count > BytesFrom(address))
            throw new Hdf5FormatException($"{count} bytes at address {address} lie beyond the file's {Length}.");
    }

    /// <summary>Reads exactly <paramref name="destination"/>, unbuffered.</summary>
    public void Read(long address, Span<byte> destination)
    {
        CheckRange(address, destination.Length);
        long offset = _base + address;
        while (!destination.IsEmpty)
        {
            int read = ReadSome(offset, destination);
            if (read == 0)
                throw new Hdf5FormatException($"The file has become shorter: nothing to read at offset {offset}.");

            destination = destination[read..];
            offset += read;
        }
    }

    /// <summary>Reads a metadata structure through the page table.</summary>
    public byte[] ReadMetadata(long address, long count)
    {
        CheckRange(address, count);
        if (count > MaxMetadataBytes)
            throw new Hdf5FormatException($"A metadata structure of {count} bytes is over the limit of {MaxMetadataBytes}.");

        byte[] bytes = new byte[count];
        if (count >= PageBytes)
        {
            Read(address, bytes);
            _image?.Cover(address, bytes);
            return bytes;
        }

        int done = 0;
        while (done < bytes.Length)
        {
            long at = address + done;
            byte[] page = GetPage(at / PageBytes);
            int start = (int)(at % PageBytes);
            int part = Math.Min(bytes.Length - done, page.Length - start);
            page.AsSpan(start, part).CopyTo(bytes.AsSpan(done));
            done += part;
        }

        return bytes;
    }

    /// <summary>The same, of as many of the bytes as there are.</summary>
    public byte[] ReadMetadataUpTo(long address, long count) => ReadMetadata(address, Math.Min(count, BytesFrom(address)));

    /// <summary>Lets go of the pages; they come back when metadata is next read.</summary>
    public void ReleasePages() => Array.Clear(_pages);

    private byte[] GetPage(long number)
    {
        ref Page? slot = ref _pages[number % PageSlots];
        Page? page = Volatile.Read(ref slot);
        if (page is null || page.Number != number)
        {
            byte[] bytes = new byte[Math.Min(PageBytes, Length - (number * PageBytes))];
            Read(number * PageBytes, bytes);
            _image?.Cover(number * PageBytes, bytes);
            page = new Page(number, bytes);
            Volatile.Write(ref slot, page);
        }

        return page.Bytes;
    }

    private int ReadSome(long offset, Span<byte> destination)
    {
        try
        {
            return RandomAccess.Read(_handle, destination, offset);
        }
        catch (Exception exception) when (exception is (IOException and not Hdf5FormatException) or UnauthorizedAccessException or NotSupportedException)
        {
            throw new Hdf5FormatException($"The file cannot be read at offset {offset}.", exception);
        }
        catch (ObjectDisposedException exception)
        {
            throw new Hdf5FormatException("The file was closed while it was read.", exception);
        }
    }

    private sealed record Page(long Number, byte[] Bytes);
}
