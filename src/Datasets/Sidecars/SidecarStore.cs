using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// The sidecars of all open files: in a room of the state directory, within its budget, the least recently used dropped first.
/// Bands are made by threads of their own: those that a reader waits for, then those that one will ask for, and while there is
/// nothing else all others of the arrays that were ever asked for. Where the directory cannot be had, there are none. Safe for
/// concurrent use.
/// </summary>
public sealed class SidecarStore : IDisposable
{
    private const string RoomName = "sidecars";

    /// <summary>A sidecar in use is not dropped for the sake of another before it has rested this long: they would drop each other by turns.</summary>
    private const long RestMilliseconds = 5 * 60 * 1000;

    private const int MostAhead = 1 << 14;

    private readonly Lock _lock = new();
    private readonly StateDirectory _state;
    private readonly RunLoans _loans;
    private readonly Dictionary<string, Sidecar> _open = [];
    private readonly Dictionary<string, Closed> _closed = [];
    private readonly Dictionary<Sidecar, List<SidecarSource>> _users = [];
    private readonly WorkThreads<BandTask> _threads;
    private readonly SidecarWarmer _warmer;
    private string? _room;
    private long _decodedBytes;

    [ThreadStatic]
    private static byte[]? _buffer;

    /// <summary>Set while a sidecar asks the budget for room.</summary>
    [ThreadStatic]
    private static bool _isOwnWish;

    /// <param name="state">Whose room the sidecars have; they are closed before it.</param>
    /// <param name="loans">The answers that may hold runs of a sidecar that is dropped.</param>
    /// <param name="time">For trying again.</param>
    public SidecarStore(StateDirectory state, RunLoans loans, TimeProvider time)
    {
        _state = state;
        _loans = loans;
        Time = time;
        _threads = new("sidecars", Environment.ProcessorCount, MostAhead, Run);
        _warmer = new(this);
        state.Budget.AddEvictor(Evict);
    }

    /// <summary>When what could not be had is tried again.</summary>
    public static TimeSpan RetryPeriod { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes decoded into sidecars since the start.</summary>
    public long DecodedBytes => Volatile.Read(ref _decodedBytes);

    /// <summary>Bytes that sidecars take on the disk.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _open.Values.Sum(sidecar => sidecar.Bytes) + _closed.Values.Sum(closed => closed.Bytes);
            }
        }
    }

    /// <summary>Decoded bytes of the arrays that have a sidecar open: those that are there, and all.</summary>
    public (long Ready, long All) Progress
    {
        get
        {
            lock (_lock)
            {
                return (_open.Values.Sum(sidecar => sidecar.ReadyBytes), _open.Values.Sum(sidecar => sidecar.Layout.Plain.Bytes));
            }
        }
    }

    internal TimeProvider Time { get; }

    /// <summary>Nobody waits for a band.</summary>
    internal bool IsIdle => _threads.IsIdle;

    /// <summary>The array with a sidecar; itself where it is better off without.</summary>
    public IArraySource Attach(IArraySource source, Func<SidecarOrigin> origin) =>
        SidecarLayout.TryMake(source.Spec, source.MustDecode) is { } layout ? new SidecarSource(source, this, layout, origin()) : source;

    /// <summary>Whether an array's chunks are decoded once for all: it has a sidecar with room, or none was needed yet.</summary>
    public static bool IsKept(IArraySource source) => source is SidecarSource { IsKept: true };

    /// <summary>How much of an array needs no decoding any more, 0 to 1; null where decoding is not done once for all.</summary>
    public static double? DecodedPart(IArraySource source) =>
        source is SidecarSource { Sidecar: { } sidecar } ? (double)sidecar.ReadyBytes / sidecar.Layout.Plain.Bytes : null;

    public void Dispose()
    {
        _warmer.Dispose();
        lock (_lock)
        {
            foreach (Sidecar sidecar in _open.Values)
            {
                sidecar.Seal(isEnding: true);
                sidecar.Dispose();
            }

            _open.Clear();
        }
    }

    internal async Task<Sidecar?> OpenAsync(SidecarSource source)
    {
        try
        {
            SidecarOrigin origin = source.Origin;
            byte[] key = SidecarOrigin.KeyOf(await origin.GetDigestAsync(), origin.Identity, source.Layout);
            string name = origin.Prefix + Convert.ToHexStringLower(key.AsSpan(0, 16));
            return Open(name, key, source);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArrayReadException)
        {
            return null; // A cache: what is wrong with the disk is said by those who cannot do without.
        }
    }

    /// <summary>Makes what is not there yet while there is nothing better to do.</summary>
    internal void Warm(Sidecar sidecar, SidecarSource source) => _warmer.Add(source, sidecar);

    /// <summary>One of its users has ended.</summary>
    internal void Close(Sidecar sidecar, SidecarSource source)
    {
        lock (_lock)
        {
            if (_users.TryGetValue(sidecar, out List<SidecarSource>? users))
            {
                users.Remove(source);
            }

            if (--sidecar.Holders > 0 || sidecar.IsRetired)
            {
                return;
            }

            string name = _open.First(entry => entry.Value == sidecar).Key;
            _open.Remove(name);
            _users.Remove(sidecar);
            _closed[name] = new(sidecar.Bytes, DateTime.UtcNow);
        }

        sidecar.Seal(isEnding: true);
        sidecar.Dispose();
    }

    /// <summary>Drops a sidecar whoever uses it; they go on without.</summary>
    internal long Drop(Sidecar sidecar)
    {
        List<SidecarSource> users;
        long freed;
        lock (_lock)
        {
            freed = sidecar.Retire();
            if (freed == 0)
            {
                return 0;
            }

            string name = _open.First(entry => entry.Value == sidecar).Key;
            _open.Remove(name);
            _users.Remove(sidecar, out users!);
            Delete(name);
        }

        users.ForEach(user => user.Forget(sidecar));
        _loans.Retire(sidecar);
        return freed;
    }

    /// <summary>A band that a reader waits for.</summary>
    internal Task<bool> MakeAsync(Sidecar sidecar, SidecarSource source, long band)
    {
        BandTask task = sidecar.TaskOf(band, source);
        if (!task.HasBegun)
        {
            _threads.Add(task);
        }

        return task.Made;
    }

    /// <summary>Bands that a reader will ask for.</summary>
    internal void Ahead(Sidecar sidecar, SidecarSource source, ReadOnlySpan<long> rows)
    {
        long last = -1;
        foreach (long row in rows)
        {
            long band = sidecar.Layout.BandOf(row);
            if (band == last || sidecar.IsReady(band))
            {
                continue;
            }

            last = band;
            BandTask task = sidecar.TaskOf(band, source);
            if (task.TryQueue() && !_threads.TryAddAhead(task))
            {
                if (task.TryBegin())
                {
                    task.End(isMade: false);
                }

                return;
            }
        }
    }

    /// <summary>Makes one band on the calling thread.</summary>
    internal void Run(BandTask task)
    {
        if (!task.TryBegin())
        {
            return;
        }

        bool isMade = false;
        try
        {
            if (task.Sidecar.IsReady(task.Band))
            {
                isMade = true;
                return;
            }

            _isOwnWish = true;
            _buffer ??= [];
            long decoded = task.Sidecar.Make(task.Band, task.Source, () => task.Source.IsUnchanged, ref _buffer);
            Interlocked.Add(ref _decodedBytes, Math.Max(0, decoded));
            isMade = decoded >= 0;
        }
        finally
        {
            _isOwnWish = false;
            task.End(isMade);
        }
    }

    private readonly record struct Closed(long Bytes, DateTime LastUse);

    private Sidecar? Open(string name, byte[] key, SidecarSource source)
    {
        List<Sidecar> older;
        Sidecar? shared;
        lock (_lock)
        {
            if (!TryOpenRoom())
            {
                return null;
            }

            if (_open.TryGetValue(name, out shared))
            {
                shared.Holders++;
                _users[shared].Add(source);
                return shared;
            }

            // What this place held before: nobody will ask for it again.
            older = [.. _open.Where(entry => entry.Key.StartsWith(source.Origin.Prefix, StringComparison.Ordinal)).Select(entry => entry.Value)];
            foreach (string before in _closed.Keys.Where(other => other != name && other.StartsWith(source.Origin.Prefix, StringComparison.Ordinal)).ToArray())
            {
                DropClosed(before);
            }

            if (_closed.Remove(name, out Closed closed))
            {
                _state.Budget.Release(closed.Bytes); // It counts itself.
            }

            shared = Sidecar.Open(Path.Combine(_room!, name), key, source.Layout, _state.Budget);
            _open.Add(name, shared);
            _users.Add(shared, [source]);
        }

        older.ForEach(sidecar => Drop(sidecar));
        return shared;
    }

    private bool TryOpenRoom()
    {
        if (_room is not null)
        {
            return true;
        }

        if (!_state.TryOpenRoom(RoomName, out string? room))
        {
            return false;
        }

        foreach (string index in Directory.EnumerateFiles(room, "*.index"))
        {
            FileInfo rows = new(Path.ChangeExtension(index, ".rows"));
            long entries = (new FileInfo(index).Length / sizeof(ulong)) + 1;
            long bytes = rows.Exists ? (long)((double)rows.Length / entries * Math.Min(entries, SidecarIndex.CountPresent(index))) : 0;
            _closed.Add(Path.GetFileNameWithoutExtension(index), new(bytes, File.GetLastWriteTimeUtc(index)));
            _state.Budget.Count(bytes);
        }

        foreach (string rows in Directory.EnumerateFiles(room, "*.rows"))
        {
            if (!_closed.ContainsKey(Path.GetFileNameWithoutExtension(rows)))
            {
                File.Delete(rows); // Its index was never made, or is gone.
            }
        }

        _room = room;
        return true;
    }

    private long DropClosed(string name)
    {
        if (!_closed.Remove(name, out Closed closed))
        {
            return 0;
        }

        Delete(name);
        _state.Budget.Release(closed.Bytes);
        return closed.Bytes;
    }

    private void Delete(string name)
    {
        try
        {
            SidecarFiles.Delete(Path.Combine(_room!, name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays behind until the room is opened again, and is counted then.
        }
    }

    /// <summary>Makes room: what is not open first, then what is not in use, and for what cannot be made again any.</summary>
    private long Evict(long bytes)
    {
        long freed = 0;
        List<Sidecar> open;
        lock (_lock)
        {
            if (!TryOpenRoom())
            {
                return 0;
            }

            foreach (string name in _closed.OrderBy(entry => entry.Value.LastUse).Select(entry => entry.Key).ToArray())
            {
                freed += freed < bytes ? DropClosed(name) : 0;
            }

            long now = Environment.TickCount64;
            bool isOwnWish = _isOwnWish;
            open = [.. _open.Values.Where(sidecar => !isOwnWish || now - sidecar.LastUse > RestMilliseconds).OrderBy(sidecar => sidecar.LastUse)];
        }

        foreach (Sidecar sidecar in open)
        {
            freed += freed < bytes ? Drop(sidecar) : 0;
        }

        return freed;
    }
}
