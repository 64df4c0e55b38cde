using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// The two files of a sidecar: sparse plain rows (.rows), and which bands of them were written (.index). Bands are written by one
/// thread each; sealed is what has reached the disk and was not written to since. Safe for concurrent use.
/// </summary>
internal sealed class SidecarFiles : IDisposable
{
    /// <summary>What is not on the disk yet when the server ends is left unsealed rather than waited for.</summary>
    private const long MostToWaitFor = 256L << 20;

    private readonly Lock _writing = new();
    private readonly SidecarLayout _layout;
    private readonly SidecarIndex _index;
    private readonly SafeFileHandle _writer;
    private readonly DataFile _data;
    private long _unsealedBytes;
    private long _sealedTicks;

    private SidecarFiles(SidecarLayout layout, SidecarIndex index, SafeFileHandle writer, DataFile data)
    {
        _layout = layout;
        _index = index;
        _writer = writer;
        _data = data;
        Rows = new(data, 0, layout.Plain);
        WasSealed = index.IsSealed(data.Modified);
        _sealedTicks = WasSealed ? data.Modified.Ticks : 0;
        for (long band = 0; band < layout.Bands; band++)
        {
            FoundBytes += index.IsPresent(band) ? layout.RowsOf(band).Count * layout.RowBytes : 0;
        }

        // What has to be checked is worth a seal afterwards.
        _unsealedBytes = WasSealed || FoundBytes == 0 ? 0 : 1;
        FoundBytes += index.Bytes;
    }

    /// <summary>The rows as they lie there; only those of bands that are ready mean anything.</summary>
    public PlainSource Rows { get; }

    /// <summary>Bytes on the disk when it was opened: those of the bands that an earlier run wrote, and the index.</summary>
    public long FoundBytes { get; }

    /// <summary>Whether it was found under a seal, so that the bands need not be checked.</summary>
    public bool WasSealed { get; }

    /// <summary>Bytes written since the last seal.</summary>
    public long UnsealedBytes => Volatile.Read(ref _unsealedBytes);

    private static string RowsPath(string path) => path + ".rows";

    private static string IndexPath(string path) => path + ".index";

    /// <summary>Opens what an earlier run left under this path, or begins anew where there is nothing, or nothing that can be used.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static SidecarFiles Open(string path, ReadOnlySpan<byte> key, SidecarLayout layout)
    {
        SidecarIndex? index = null;
        SafeFileHandle? writer = null;
        DataFile? data = null;
        try
        {
            if (File.Exists(RowsPath(path)) && File.Exists(IndexPath(path)))
            {
                writer = OpenRows(path, FileMode.Open);
                index = RandomAccess.GetLength(writer) == layout.Plain.Bytes ? SidecarIndex.TryOpen(IndexPath(path), key, layout.Plain.Bytes, layout.Bands) : null;
            }

            if (index is null)
            {
                writer?.Dispose();
                Delete(path);
                writer = OpenRows(path, FileMode.Create);
                RandomAccess.SetLength(writer, layout.Plain.Bytes);
                index = SidecarIndex.Create(IndexPath(path), key, layout.Plain.Bytes, layout.Bands);
            }

            File.SetLastWriteTimeUtc(IndexPath(path), DateTime.UtcNow); // The least recently used goes first, across runs too.
            data = DataFile.Open(RowsPath(path));
            return new(layout, index, writer!, data);
        }
        catch
        {
            index?.Dispose();
            writer?.Dispose();
            data?.Dispose();
            throw;
        }
    }

    public static void Delete(string path)
    {
        File.Delete(IndexPath(path));
        File.Delete(RowsPath(path));
    }

    /// <summary>Whether a band was written, by this run or an earlier one.</summary>
    public bool IsPresent(long band) => _index.IsPresent(band);

    /// <summary>Reads a band that is present; false where it is not what was written.</summary>
    public bool TryVerify(long band, Span<byte> bytes)
    {
        try
        {
            new FileRun(_writer, band * _layout.BandBytes, bytes.Length).CopyTo(0, bytes);
        }
        catch (ArrayReadException)
        {
            return false;
        }

        return _index.Matches(band, bytes);
    }

    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Write(long band, ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            if (_index.IsPresent(band))
            {
                _index.Clear(band); // What is there is not what was written.
            }

            Volatile.Write(ref _sealedTicks, 0);
            RandomAccess.Write(_writer, bytes, band * _layout.BandBytes);
            _index.Set(band, bytes);
            _unsealedBytes += bytes.Length;
        }
    }

    /// <summary>Whether the rows are as this process left them, as far as that can be told: no shorter, and once sealed not written by others.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public bool IsIntact()
    {
        long ticks = Volatile.Read(ref _sealedTicks);
        return RandomAccess.GetLength(_writer) == _layout.Plain.Bytes
            && (ticks == 0 || File.GetLastWriteTimeUtc(_writer).Ticks == ticks || Volatile.Read(ref _sealedTicks) != ticks);
    }

    /// <summary>Brings everything to the disk and seals it, so that the next run need not check it. Waits for the disk.</summary>
    /// <param name="isEnding">Whether the server is: too much is left unsealed then.</param>
    public void Seal(bool isEnding)
    {
        long unsealed = UnsealedBytes;
        if (unsealed == 0 || (isEnding && unsealed > MostToWaitFor))
        {
            return;
        }

        try
        {
            RandomAccess.FlushToDisk(_writer); // Most of it, while others go on writing.
            lock (_writing)
            {
                RandomAccess.FlushToDisk(_writer);
                DateTime modified = File.GetLastWriteTimeUtc(_writer);
                _index.Seal(modified);
                _unsealedBytes = 0;
                Volatile.Write(ref _sealedTicks, modified.Ticks);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Unsealed it is as good, only slower to begin with.
        }
    }

    public void Dispose()
    {
        _data.Dispose();
        _writer.Dispose();
        _index.Dispose();
    }

    private static SafeFileHandle OpenRows(string path, FileMode mode) =>
        File.OpenHandle(RowsPath(path), mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
