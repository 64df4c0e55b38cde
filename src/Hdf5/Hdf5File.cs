using Microsoft.Win32.SafeHandles;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.Groups;
using Microtome.Hdf5.ObjectLevel;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5;

/// <summary>
/// An open HDF5 file, read-only. The handle stays the caller's: keep it open as long as anything read from here is used. Immutable;
/// safe for concurrent use. Knows no paths and opens no other file.
/// </summary>
public sealed class Hdf5File
{
    private readonly FileContext _context;
    private readonly long _rootAddress;

    private Hdf5File(FileContext context, Superblock superblock)
    {
        _context = context;
        _rootAddress = superblock.RootAddress;
        SuperblockVersion = superblock.Version;
        UserBlockBytes = superblock.BaseAddress;
    }

    /// <summary>Bytes of the longest head that <see cref="IsHdf5"/> can use.</summary>
    public static int SignatureBytes => Superblock.FormatSignature.Length;

    public int SuperblockVersion { get; }

    /// <summary>Bytes before the superblock, which are not HDF5's.</summary>
    public long UserBlockBytes { get; }

    /// <summary>Looks for the signature at 0, 512, 1024, 2048 and so on.</summary>
    public static bool IsHdf5(SafeFileHandle handle)
    {
        try
        {
            BoundedFile file = new(handle, RandomAccess.GetLength(handle), 0);
            Span<byte> signature = stackalloc byte[8];
            for (long at = 0; file.BytesFrom(at) > SignatureBytes; at = at == 0 ? 512 : at * 2)
            {
                file.Read(at, signature);
                if (signature.SequenceEqual(Superblock.FormatSignature))
                    return true;
            }
        }
        catch (IOException)
        {
            return false;
        }

        return false;
    }

    /// <summary>Reads the superblock.</summary>
    /// <exception cref="Hdf5FormatException">Not an HDF5 file, truncated, still open for writing, or of a kind that is not supported.</exception>
    public static Hdf5File Open(SafeFileHandle handle, Hdf5Options options)
    {
        long length = GetLength(handle);
        var superblock = Superblock.Read(new(handle, length, 0));
        return new(new(new(handle, length, superblock.BaseAddress), superblock, options), superblock);
    }

    /// <summary>
    /// Walks the whole file. Each object comes once, under its first path in name order; what cannot be read comes with its reason
    /// and never hides the rest. The objects are made one by one as they are asked for, so that a caller need not have all at once.
    /// </summary>
    public IEnumerable<Hdf5Object> ReadObjects()
    {
        // The walk and the objects have bounds of their own: what the walk may just read must not be missing for all that it found.
        IReadOnlyList<FoundObject> walked = new ObjectWalker(_context, _rootAddress, new(_context.File)).Walk();
        HeaderReads reads = new(_context.File);
        long roomForMembers = Math.Max(0, _context.Options.MaxObjects - walked.Count);
        foreach (FoundObject found in walked)
        {
            Hdf5Object made = ToObject(found, roomForMembers, reads);
            if (made is Hdf5Dataset dataset)
                roomForMembers -= (long)dataset.Members.Length * (1 + dataset.Aliases.Count);

            yield return made;
        }

        _context.File.ReleasePages();
    }

    /// <summary>Opens an array that <see cref="ReadObjects"/> found once more. It knows none of its paths.</summary>
    /// <exception cref="Hdf5FormatException">It is no longer there: the file was written meanwhile.</exception>
    public Hdf5Dataset OpenDataset(Hdf5DatasetId id)
    {
        var header = ObjectHeader.Read(_context, id.Address);
        Hdf5Dataset whole = new("", [], header, DatasetDescription.Read(header));
        if (id.Member < 0)
            return whole;

        return id.Member < whole.Members.Length
            ? whole.Members[id.Member]
            : throw new Hdf5FormatException($"The object at {id.Address} has other members than it had.");
    }

    private static long GetLength(SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or ObjectDisposedException or UnauthorizedAccessException)
        {
            throw new Hdf5FormatException("The file's length cannot be had.", exception);
        }
    }

    private Hdf5Object ToObject(FoundObject found, long roomForMembers, HeaderReads reads)
    {
        if (found.Address < 0)
            return new Hdf5Unreadable(found.Path, found.Aliases, found.Reason ?? "the object cannot be read");

        try
        {
            // Read for the second time, and not from the disk: the walk needs it to know what is a group.
            var header = ObjectHeader.Read(_context, found.Address, reads);
            if (header.IsDataset)
                return new Hdf5Dataset(found.Path, found.Aliases, header, DatasetDescription.Read(header), roomForMembers);

            if (header.IsGroup)
                return new Hdf5Group(found.Path, found.Aliases, header, found.Reason);

            return header.IsNamedDatatype
                ? new Hdf5NamedDatatype(found.Path, found.Aliases, header)
                : new Hdf5Unreadable(found.Path, found.Aliases, "the object is neither a group nor a dataset nor a datatype");
        }
        catch (Hdf5FormatException exception)
        {
            return new Hdf5Unreadable(found.Path, found.Aliases, exception.Message);
        }
    }
}
