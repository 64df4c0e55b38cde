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
    /// <summary>A sidecar in use is not dropped for the sake of another before it has rested this long: they would drop each other by turns.</summary>
    private const long RestMilliseconds = 5 * 60 * 1000;

    private readonly Lock _lock = new();
    private readonly RunLoans _loans;
    private readonly SidecarRoom _room;
    private readonly Dictionary<string, Sidecar> _open = [];
    private readonly Dictionary<Sidecar, List<SidecarSource>> _users = [];
    private readonly SidecarWarmer _warmer;

    /// <param name="state">Whose room the sidecars have; they are closed before it.</param>
    /// <param name="loans">The answers that may hold runs of a sidecar that is dropped.</param>
    /// <param name="time">For trying again.</param>
    public SidecarStore(StateDirectory state, RunLoans loans, TimeProvider time)
    {
        _room = new(state);
        _loans = loans;
        Time = time;
        _warmer = new(Bands);
        state.Budget.AddEvictor(Evict);
    }

    /// <summary>When what could not be had is tried again.</summary>
    public static TimeSpan RetryPeriod { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes decoded into sidecars since the start.</summary>
    public long DecodedBytes => Bands.DecodedBytes;

    /// <summary>Bytes that sidecars take on the disk.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _open.Values.Sum(sidecar => sidecar.Bytes) + _room.ClosedBytes;
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

    /// <summary>Who makes what readers ask for.</summary>
    internal BandThreads Bands { get; } = new();

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
            _room.Keep(name, sidecar);
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
            _room.Delete(name);
        }

        users.ForEach(user => user.Forget(sidecar));
        _loans.Retire(sidecar);
        return freed;
    }

    private Sidecar? Open(string name, byte[] key, SidecarSource source)
    {
        List<Sidecar> older;
        Sidecar? shared;
        lock (_lock)
        {
            if (!_room.TryOpen())
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
            _room.DropOthers(source.Origin.Prefix, name);
            shared = _room.Open(name, key, source.Layout);
            _open.Add(name, shared);
            _users.Add(shared, [source]);
        }

        older.ForEach(sidecar => Drop(sidecar));
        return shared;
    }

    /// <summary>Makes room: what is not open first, then what is not in use, and for what cannot be made again any.</summary>
    private long Evict(long bytes)
    {
        long freed;
        List<Sidecar> open;
        lock (_lock)
        {
            if (!_room.TryOpen())
            {
                return 0;
            }

            freed = _room.Free(bytes);
            long now = Environment.TickCount64;
            bool isForBand = BandThreads.IsMaking;
            open = [.. _open.Values.Where(sidecar => !isForBand || now - sidecar.LastUse > RestMilliseconds).OrderBy(sidecar => sidecar.LastUse)];
        }

        foreach (Sidecar sidecar in open)
        {
            freed += freed < bytes ? Drop(sidecar) : 0;
        }

        return freed;
    }
}
