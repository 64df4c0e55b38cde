using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Sidecars;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// An open file and the arrays in it, used by one or several datasets and closed with the last of its holders; whoever makes it is
/// the first. Immutable but for the count of its holders and its digest, which is computed once, by whoever asks first.
/// </summary>
internal sealed class SharedFile
{
    private readonly DataFile _file;
    private readonly SidecarSource[] _decoded;
    private readonly Lock _lock = new();
    private int _holders = 1;
    private Task<byte[]>? _digest;

    public SharedFile(FileEntry entry, string format, DataFile file, OpenedFile opened, SidecarStore? sidecars = null)
    {
        Entry = entry;
        Format = format;
        _file = file;
        Opened = sidecars is null ? opened : opened with { Arrays = [.. opened.Arrays.Select(array => Attach(sidecars, array))] };
        _decoded = [.. Opened.Arrays.Select(array => array.Source).OfType<SidecarSource>()];
    }

    /// <summary>The file as it was listed when it was opened.</summary>
    public FileEntry Entry { get; }

    /// <summary>The format's name.</summary>
    public string Format { get; }

    public OpenedFile Opened { get; }

    /// <summary>Whether what is served is what was opened: the file, and what was decoded from it.</summary>
    public bool IsUnchanged()
    {
        foreach (SidecarSource source in _decoded)
        {
            if (!source.IsIntact())
            {
                return false;
            }
        }

        return _file.IsUnchanged();
    }

    /// <summary>Only while another holder, such as the table, cannot let go meanwhile.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
        {
            return;
        }

        foreach (OpenedArray array in Opened.Arrays)
        {
            array.Source?.Dispose();
        }

        _file.Dispose();
    }

    /// <summary>The identity of the file's content, without its name, place or owner.</summary>
    /// <exception cref="Arrays.ArrayReadException">The file changed or cannot be read.</exception>
    public Task<byte[]> GetDigestAsync()
    {
        lock (_lock)
        {
            if (_digest is null or { IsFaulted: true })
            {
                _digest = Task.Run(() => FileDigest.Compute(_file));
            }

            return _digest;
        }
    }

    /// <summary>What stands for the content where it can no longer be read: what is known of the file from its opening.</summary>
    public byte[] GetProvisionalDigest() => FileDigest.OfTimes(_file);

    private OpenedArray Attach(SidecarStore sidecars, OpenedArray array)
    {
        if (array.Source is not { } source)
        {
            return array;
        }

        IArraySource attached = sidecars.Attach(
            source,
            () => new($"{Entry.FullPath}\t{Format}\t{array.Name}", $"{array.Name}\t{array.Identity}", GetDigestAsync, _file.IsUnchanged));
        return attached == source ? array : array with { Source = attached };
    }
}
