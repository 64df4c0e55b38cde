using System.Collections.Concurrent;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// A decoded array on the disk: a sparse file of plain rows, and an index of the bands that are there. A band is lent out only
/// once it is ready: decoded by this process, found under a seal, or held against its checksum. Safe for concurrent use; once
/// retired it lends nothing, and its files are gone as soon as nobody reads them.
/// </summary>
internal sealed class Sidecar : IDisposable
{
    private readonly SidecarFiles _files;
    private readonly SidecarAccount _account;
    private readonly ReadyBands _ready;
    private readonly ConcurrentDictionary<long, BandTask> _tasks = new();
    private long _lastUse = Environment.TickCount64;

    private Sidecar(SidecarLayout layout, SidecarFiles files, StateBudget budget)
    {
        Layout = layout;
        _files = files;
        _ready = new(layout.Bands);
        for (long band = 0; files.WasSealed && band < layout.Bands; band++)
        {
            if (files.IsPresent(band))
            {
                _ready.Add(band);
            }
        }

        _account = new(budget, files.FoundBytes);
    }

    public SidecarLayout Layout { get; }

    /// <summary>Bytes on the disk.</summary>
    public long Bytes => _account.Bytes;

    public long ReadyBytes => Math.Min(Layout.Plain.Bytes, _ready.Count * Layout.BandBytes);

    /// <summary>Bytes written since the last seal.</summary>
    public long UnsealedBytes => _files.UnsealedBytes;

    public bool IsComplete => _ready.AreAll && !IsRetired;

    public bool IsRetired => _account.IsClosed;

    /// <summary>There was no room lately: no use in asking again yet.</summary>
    public bool IsFull => _account.IsFull;

    /// <summary>When it last lent or made something, in milliseconds of the system's own clock.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Sources that use it; guarded by the store.</summary>
    public int Holders { get; set; } = 1;

    /// <summary>Opens what an earlier run left under this path, or begins anew where there is nothing, or nothing that can be used.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public static Sidecar Open(string path, ReadOnlySpan<byte> key, SidecarLayout layout, StateBudget budget) =>
        new(layout, SidecarFiles.Open(path, key, layout), budget);

    public bool TryLocate(long row, long count, out FileRun run)
    {
        run = default;
        if (IsRetired || !_ready.HasAll(Layout.BandOf(row), Layout.BandOf(row + count - 1)))
        {
            return false;
        }

        Use();
        return _files.Rows.TryLocate(row, count, out run);
    }

    public bool IsReady(long band) => _ready.Has(band);

    /// <summary>Reads from bands that are ready.</summary>
    public ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken) =>
        _files.Rows.ReadAsync(row, count, inner, destination, cancellationToken);

    /// <summary>Whether the file is as this process left it, as far as that can be told: no shorter, and once sealed not written by others.</summary>
    public bool IsIntact()
    {
        try
        {
            return IsRetired || _files.IsIntact();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return IsRetired;
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
        bool wasPresent = _files.IsPresent(band);
        if (wasPresent && _files.TryVerify(band, bytes.Span))
        {
            _ready.Add(band);
            return 0;
        }

        if (!wasPresent && !_account.TryHold(length))
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

            _files.Write(band, bytes.Span);
            _ready.Add(band);
            return length;
        }
        catch (Exception error) when (error is IOException or ArrayReadException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // A full disk, a damaged chunk, a file that is being closed: the rows are served without, or the reader meets the same error.
            if (error is IOException)
            {
                _account.Rest();
            }

            LetGo(band, wasPresent ? 0 : length);
            return -1;
        }
    }

    /// <summary>Brings everything to the disk and seals it, so that the next run need not check it. Waits for the disk.</summary>
    public void Seal(bool isEnding = false)
    {
        if (!IsRetired)
        {
            _files.Seal(isEnding);
        }
    }

    /// <summary>Lends nothing from now on; the caller deletes the files, and closes this when nobody reads it any more.</summary>
    /// <returns>Bytes that the budget has back.</returns>
    public long Retire() => _account.Close();

    public void Dispose() => _files.Dispose();

    private void Use() => Volatile.Write(ref _lastUse, Environment.TickCount64);

    private void LetGo(long band, long bytes)
    {
        if (!IsReady(band))
        {
            _account.LetGo(bytes);
        }
    }
}
