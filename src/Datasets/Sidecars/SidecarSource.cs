using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// An array whose chunks are decoded once, into a sidecar, and served from there as any contiguous one. Where there is no sidecar
/// to be had, or no room in it, rows are decoded for each reader as the source alone would. Safe for concurrent use.
/// </summary>
internal sealed class SidecarSource(IArraySource inner, SidecarStore store, SidecarLayout layout, SidecarOrigin origin) : IArraySource
{
    private readonly Lock _opening = new();
    private Task<Sidecar?>? _opened;
    private volatile Sidecar? _sidecar;
    private volatile bool _isDisposed;

    /// <summary>Its chunks, too, are those of the file: orders that visit chunks do not depend on what is decoded.</summary>
    public ArraySpec Spec => inner.Spec;

    public bool MustDecode => _sidecar is not { IsComplete: true };

    public SidecarLayout Layout => layout;

    public SidecarOrigin Origin => origin;

    /// <summary>Where it is decoded to; null before the first reader, and where there is none.</summary>
    public Sidecar? Sidecar => _sidecar;

    public bool IsKept => Volatile.Read(ref _opened) is null or { IsCompleted: false } || _sidecar is { IsFull: false };

    /// <summary>Whether the array's own file is still as it was when it was opened.</summary>
    public bool IsUnchanged => !_isDisposed && origin.IsUnchanged();

    public bool TryLocate(long row, long count, out FileRun run) =>
        _sidecar is { } sidecar ? sidecar.TryLocate(row, count, out run) : inner.TryLocate(row, count, out run);

    public void Hint(ReadOnlySpan<long> rows)
    {
        if (_sidecar is { IsComplete: true })
        {
            return;
        }

        Task<Sidecar?> opened = OpenAsync();
        if (!opened.IsCompleted)
        {
            _ = HintLaterAsync(opened, rows.ToArray());
        }
        else if (opened.Result is { IsFull: false } sidecar)
        {
            store.Bands.Ahead(sidecar, this, rows);
        }
        else
        {
            inner.Hint(rows);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(long row, long count, Region region, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Sidecar? sidecar = await OpenAsync().WaitAsync(cancellationToken);
        bool isReady = sidecar is { IsRetired: false };
        for (long band = layout.BandOf(row); isReady && band <= layout.BandOf(row + count - 1); band++)
        {
            isReady = sidecar!.IsReady(band) || (IsWorthABand(region) && await store.Bands.MakeAsync(sidecar, this, band).WaitAsync(cancellationToken));
        }

        if (isReady)
        {
            try
            {
                await sidecar!.ReadAsync(row, count, region, destination, cancellationToken);
                return;
            }
            catch (ArrayReadException) when (sidecar!.IsRetired)
            {
                // It was dropped at this moment: the chunks are still there.
            }
        }

        await inner.ReadAsync(row, count, region, destination, cancellationToken);
    }

    public void DecodeRows(long row, long count, Memory<byte> destination) => inner.DecodeRows(row, count, destination);

    /// <summary>Whether the sidecar is whole as far as can be told; one that others wrote to is dropped.</summary>
    public bool IsIntact()
    {
        if (_sidecar is not { } sidecar || sidecar.IsIntact())
        {
            return true;
        }

        store.Drop(sidecar);
        return false;
    }

    /// <summary>The sidecar was dropped: the next reader opens another, some time later.</summary>
    public void Forget(Sidecar sidecar)
    {
        lock (_opening)
        {
            if (_sidecar == sidecar)
            {
                _sidecar = null;
                _opened = Task.FromResult<Sidecar?>(null);
                _ = OpenAgainAsync();
            }
        }
    }

    public void Dispose()
    {
        lock (_opening)
        {
            _isDisposed = true;
            if (_sidecar is { } sidecar)
            {
                _sidecar = null;
                store.Close(sidecar, this);
            }
        }

        inner.Dispose();
    }

    /// <summary>A part of a row may touch few of the chunks that its band has.</summary>
    private bool IsWorthABand(Region region) => layout.HasWholeRows || region.Covers(layout.Plain.Shape.Row);

    private Task<Sidecar?> OpenAsync()
    {
        if (Volatile.Read(ref _opened) is { } opened)
        {
            return opened;
        }

        lock (_opening)
        {
            return _opened ??= _isDisposed ? Task.FromResult<Sidecar?>(null) : Task.Run(OpenNowAsync);
        }
    }

    private async Task<Sidecar?> OpenNowAsync()
    {
        Sidecar? sidecar = await store.OpenAsync(this);
        lock (_opening)
        {
            if (sidecar is not null && _isDisposed)
            {
                store.Close(sidecar, this);
                return null;
            }

            _sidecar = sidecar;
        }

        if (sidecar is null)
        {
            _ = OpenAgainAsync();
        }
        else if (sidecar.IsRetired)
        {
            Forget(sidecar); // Dropped between its opening and here.
        }
        else
        {
            store.Warm(sidecar, this);
        }

        return sidecar;
    }

    /// <summary>What could not be had (another server's, a full disk) may be had later.</summary>
    private async Task OpenAgainAsync()
    {
        await Task.Delay(SidecarStore.RetryPeriod, store.Time);
        OpenAgain();
    }

    /// <summary>Lets the next reader open a sidecar where there is none.</summary>
    internal void OpenAgain()
    {
        lock (_opening)
        {
            if (_sidecar is null && !_isDisposed)
            {
                _opened = null;
            }
        }
    }

    private async Task HintLaterAsync(Task<Sidecar?> opened, long[] rows)
    {
        await opened;
        Hint(rows);
    }
}
