using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// A decoded array on the disk: a sparse file of plain rows, and an index of the bands that are there. A band is lent out only
/// once it is ready: decoded by this process, found under a seal, or held against its checksum. Safe for concurrent use; once
/// retired it lends nothing, and its files are gone as soon as nobody reads them.
/// </summary>
internal sealed class Sidecar : IDisposable
{
    /// <summary>What is not on the disk yet when the server ends is left unsealed rather than waited for.</summary>
    private const long MostToWaitFor = 256L << 20;

    private readonly Lock _accounts = new();
    private readonly Lock _writing = new();
    private readonly SidecarIndex _index;
    private readonly SafeFileHandle _writer;
    private readonly DataFile _data;
    private readonly PlainSource _plain;
    private readonly StateBudget _budget;
    private readonly ulong[] _ready;
    private readonly ConcurrentDictionary<long, BandTask> _tasks = new();
    private long _readyBands;
    private long _heldBytes;
    private long _unsealedBytes;
    private long _sealedTicks;
    private long _lastUse = Environment.TickCount64;
    private volatile bool _isRetired;

    private Sidecar(SidecarLayout layout, SidecarIndex index, SafeFileHandle writer, DataFile data, StateBudget budget)
    {
        Layout = layout;
        _index = index;
        _writer = writer;
        _data = data;
        _budget = budget;
        _plain = new(data, 0, layout.Plain);
        _ready = new ulong[((layout.Bands - 1) / 64) + 1];
        bool isSealed = index.IsSealed(data.Modified);
        _sealedTicks = isSealed ? data.Modified.Ticks : 0;
        for (long band = 0; band < layout.Bands; band++)
        {
            if (index.IsPresent(band))
            {
                _heldBytes += BytesOf(band);
                if (isSealed)
                {
                    SetReady(band);
                }
            }
        }

        // What has to be checked is worth a seal afterwards.
        _unsealedBytes = isSealed || _heldBytes == 0 ? 0 : 1;
        _heldBytes += index.Bytes;
        budget.Count(_heldBytes);
    }

    public SidecarLayout Layout { get; }

    /// <summary>Bytes on the disk.</summary>
    public long Bytes => Volatile.Read(ref _heldBytes);

    public long ReadyBytes => Math.Min(Layout.Plain.Bytes, Volatile.Read(ref _readyBands) * Layout.BandBytes);

    public bool IsComplete => Volatile.Read(ref _readyBands) == Layout.Bands && !_isRetired;

    public bool IsRetired => _isRetired;

    /// <summary>When it last lent or made something, in milliseconds of the system's own clock.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Sources that use it; guarded by the store.</summary>
    public int Holders { get; set; } = 1;

    /// <summary>There was no room lately: no use in asking again yet.</summary>
    public bool IsFull => Environment.TickCount64 < FullUntil;

    private long FullUntil { get; set; }

    private static string RowsPath(string path) => path + ".rows";

    private static string IndexPath(string path) => path + ".index";

    /// <summary>Opens what an earlier run left under this path, or begins anew where there is nothing, or nothing that can be used.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static Sidecar Open(string path, ReadOnlySpan<byte> key, SidecarLayout layout, StateBudget budget)
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
            return new(layout, index, writer!, data, budget);
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

    public bool TryLocate(long row, long count, out FileRun run)
    {
        run = default;
        if (_isRetired)
        {
            return false;
        }

        if (Volatile.Read(ref _readyBands) != Layout.Bands)
        {
            for (long band = Layout.BandOf(row); band <= Layout.BandOf(row + count - 1); band++)
            {
                if (!IsReady(band))
                {
                    return false;
                }
            }
        }

        Use();
        return _plain.TryLocate(row, count, out run);
    }

    public bool IsReady(long band) => (Volatile.Read(ref _ready[band / 64]) & (1UL << (int)(band % 64))) != 0;

    /// <summary>Reads from bands that are ready.</summary>
    public ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken) =>
        _plain.ReadAsync(row, count, inner, destination, cancellationToken);

    /// <summary>Whether the file is as this process left it, as far as that can be told: no shorter, and once sealed not written by others.</summary>
    public bool IsIntact()
    {
        if (_isRetired)
        {
            return true;
        }

        try
        {
            long ticks = Volatile.Read(ref _sealedTicks);
            return RandomAccess.GetLength(_writer) == Layout.Plain.Bytes
                && (ticks == 0 || File.GetLastWriteTimeUtc(_writer).Ticks == ticks || Volatile.Read(ref _sealedTicks) != ticks);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return _isRetired;
        }
    }

    /// <summary>The one task that makes a band ready; whoever gets it first runs it, or has it run.</summary>
    public BandTask TaskOf(long band, SidecarSource source)
    {
        Use();
        return _tasks.GetOrAdd(band, static (band, from) => new(from.This, band, from.Source), (This: this, Source: source));
    }

    public void EndTask(BandTask task) => _tasks.TryRemove(new(task.Band, task));

    /// <summary>Makes a band ready: an earlier run's by its checksum, else by decoding it.</summary>
    /// <param name="band">Its number.</param>
    /// <param name="source">Who decodes.</param>
    /// <param name="isUnchanged">Whether what was decoded came from an unchanged file.</param>
    /// <param name="buffer">Room for a band, made by the first who needs it.</param>
    /// <returns>The bytes decoded; -1 where the band could not be made.</returns>
    public long Make(long band, IArraySource source, Func<bool> isUnchanged, ref byte[] buffer)
    {
        (long row, long count) = Layout.RowsOf(band);
        int length = (int)(count * Layout.RowBytes);
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>((int)Math.Max(length, Layout.BandBytes));
        }

        Memory<byte> bytes = buffer.AsMemory(0, length);
        bool wasPresent = _index.IsPresent(band);
        if (wasPresent && TryVerify(band, bytes.Span))
        {
            return 0;
        }

        if (!wasPresent && !TryHold(length))
        {
            return -1;
        }

        try
        {
            source.DecodeRows(row, count, bytes);
            if (!isUnchanged())
            {
                LetGo(band, wasPresent ? 0 : length);
                return -1;
            }

            Write(band, bytes.Span);
            return length;
        }
        catch (Exception error) when (error is IOException or ArrayReadException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // A full disk, a damaged chunk, a file that is being closed: the rows are served without, or the reader meets the same error.
            FullUntil = error is IOException ? Environment.TickCount64 + 30_000 : FullUntil;
            LetGo(band, wasPresent ? 0 : length);
            return -1;
        }
    }

    /// <summary>Brings everything to the disk and seals it, so that the next run need not check it. Waits for the disk.</summary>
    public void Seal(bool isEnding = false)
    {
        long unsealed = Volatile.Read(ref _unsealedBytes);
        if (_isRetired || unsealed == 0 || (isEnding && unsealed > MostToWaitFor))
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

    /// <summary>Bytes written since the last seal.</summary>
    public long UnsealedBytes => Volatile.Read(ref _unsealedBytes);

    /// <summary>Lends nothing from now on; the caller deletes the files, and closes this when nobody reads it any more.</summary>
    /// <returns>Bytes that the budget has back.</returns>
    public long Retire()
    {
        lock (_accounts)
        {
            if (_isRetired)
            {
                return 0;
            }

            _isRetired = true;
            _budget.Release(_heldBytes);
            return _heldBytes;
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

    private void Use() => Volatile.Write(ref _lastUse, Environment.TickCount64);

    private long BytesOf(long band) => Layout.RowsOf(band).Count * Layout.RowBytes;

    private bool TryVerify(long band, Span<byte> bytes)
    {
        try
        {
            new FileRun(_writer, band * Layout.BandBytes, bytes.Length).CopyTo(0, bytes);
        }
        catch (ArrayReadException)
        {
            return false;
        }

        if (!_index.Matches(band, bytes))
        {
            return false;
        }

        SetReady(band);
        return true;
    }

    private void Write(long band, ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            if (_index.IsPresent(band))
            {
                _index.Clear(band); // What is there is not what was written.
            }

            Volatile.Write(ref _sealedTicks, 0);
            RandomAccess.Write(_writer, bytes, band * Layout.BandBytes);
            _index.Set(band, bytes);
            _unsealedBytes += bytes.Length;
        }

        SetReady(band);
    }

    private void SetReady(long band)
    {
        ulong bit = 1UL << (int)(band % 64);
        if ((Interlocked.Or(ref _ready[band / 64], bit) & bit) == 0)
        {
            Interlocked.Increment(ref _readyBands);
        }
    }

    private bool TryHold(long bytes)
    {
        if (IsFull)
        {
            return false;
        }

        // Outside of the lock: making room may evict this very sidecar.
        if (!_budget.TryReserve(bytes))
        {
            FullUntil = Environment.TickCount64 + 5_000;
            return false;
        }

        lock (_accounts)
        {
            if (_isRetired)
            {
                _budget.Release(bytes);
                return false;
            }

            _heldBytes += bytes;
            return true;
        }
    }

    private void LetGo(long band, long bytes)
    {
        lock (_accounts)
        {
            if (!_isRetired && !IsReady(band))
            {
                _heldBytes -= bytes;
                _budget.Release(bytes);
            }
        }
    }
}
