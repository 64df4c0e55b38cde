using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.Filters;
using Microtome.Hdf5.Layouts;
using Microtome.Hdf5.Layouts.ChunkIndexes;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// Chunks: those without filters are read straight into the destination, only the bytes asked for; the others come decoded from the
/// cache. The chunk table is read once, when first needed, and is immutable then; readers take no lock.
/// </summary>
internal sealed class ChunkedStorage : ArrayStorage
{
    private static long _lastId;

    private readonly ChunkIndexSource _source;
    private readonly FilterPipeline? _pipeline;
    private readonly FillValue _fill;
    private readonly ChunkGrid _grid;
    private readonly Lock _loading = new();
    private ChunkTable? _table;

    public ChunkedStorage(ChunkIndexSource source, FilterPipeline? pipeline, FillValue fill)
        : base(source.Space, source.Layout.ElementBytes)
    {
        _source = source;
        _pipeline = pipeline;
        _fill = fill;
        _grid = new(source.Space.Dims, source.Layout.ChunkDims);
    }

    public override long StoredBytes => Table.StoredBytes;

    /// <summary>Never given twice in a process.</summary>
    public long Id { get; } = Interlocked.Increment(ref _lastId);

    /// <summary>Decoded bytes of a chunk.</summary>
    public int ChunkBytes => checked((int)_source.Layout.ChunkBytes);

    private ChunkTable Table => Volatile.Read(ref _table) ?? Load();

    private ChunkCache Cache => _source.Context.Options.ChunkCache;

    private BoundedFile File => _source.Context.File;

    public override ValueTask ReadAsync(BoxRequest request, Memory<byte> target, CancellationToken cancellationToken)
    {
        ChunkTable table = Table;
        List<long>? pending = null;
        ChunkWalk walk = new(_grid, request, stackalloc long[_grid.Rank]);
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            long number = walk.Number;
            ChunkEntry entry = table[number];
            if (entry.IsMissing)
                Fill(request, walk.Coordinates, target.Span);
            else if (IsPlain(entry, walk.Coordinates))
                ReadPlain(request, walk.Coordinates, entry, target.Span);
            else if (Cache.TryGet(new(Id, number), out ChunkLease lease))
                CopyAndRelease(request, number, lease, target.Span);
            else if (request.IsOnce)
                DecodeAndCopy(request, walk.Coordinates, entry, target.Span);
            else
                (pending ??= []).Add(number);
        }
        while (walk.MoveNext());
        return pending is null ? ValueTask.CompletedTask : new(ReadPendingAsync(request, pending, target, cancellationToken));
    }

    public override bool TryLocate(long start, long length, out long address)
    {
        address = 0;
        if (_pipeline is not null || !RowsAreWholeChunks() || !Holds(start, length))
            return false;

        // Rows are whole in a chunk, so that one chunk's bytes follow the other's as the array's do.
        long chunkBytes = _source.Layout.ChunkBytes;
        long within = start % chunkBytes;
        ChunkEntry entry = length <= chunkBytes - within ? Table[start / chunkBytes] : ChunkEntry.Missing;
        if (entry.IsMissing || entry.StoredBytes < chunkBytes || within + length > File.BytesFrom(entry.Address))
            return false;

        address = entry.Address + within;
        return true;
    }

    public override void Hint(ReadOnlySpan<long> rows)
    {
        if (_pipeline is not null && Space.Dims.Length > 0)
            Cache.Ahead.Add(Cache, this, _grid, rows);
    }

    /// <summary>Decodes a chunk into the cache where that is still worth while; a damaged one is left for the reader to find.</summary>
    public void Prefetch(long number)
    {
        try
        {
            ChunkEntry entry = Table[number];
            Span<long> coordinates = stackalloc long[_grid.Rank];
            _grid.GetCoordinates(number, coordinates);
            if (!entry.IsMissing && !IsPlain(entry, coordinates))
                Cache.Prefetch(new(Id, number), this, entry);
        }
#pragma warning disable CA1031 // Nothing may leave a work item of the thread pool: it would end the process.
        catch (Exception)
        {
            // The read that needs the chunk meets the same error and reports it.
        }
#pragma warning restore CA1031
    }

    /// <summary>Bytes to enter the cache's gate with, before a chunk is decoded; 0 for an ordinary one, which need not.</summary>
    public long DecodingBytes(ChunkEntry entry) => Math.Max(ChunkBytes, entry.StoredBytes) <= DecodeBuffer.LargestPooled
        ? 0
        : ChunkBytes + entry.StoredBytes + _pipeline!.BytesBetween(ChunkBytes);

    /// <summary>Reads and decodes one chunk; called by the cache, once for all who wait for it.</summary>
    public void Decode(ChunkEntry entry, Span<byte> decoded)
    {
        File.CheckRange(entry.Address, entry.StoredBytes);
        if (entry.StoredBytes > Math.Max(4096, 2 * _source.Context.Options.MaxChunkBytes))
            throw new Hdf5FormatException($"A chunk of {entry.StoredBytes} stored bytes is over the limit.");

        var stored = DecodeBuffer.Rent((int)entry.StoredBytes);
        try
        {
            Span<byte> bytes = stored.Span[..(int)entry.StoredBytes];
            File.Read(entry.Address, bytes);
            _pipeline!.Decode(bytes, entry.FilterMask, decoded);
        }
        catch (Exception exception) when (exception is (IOException and not Hdf5FormatException) or InvalidDataException)
        {
            // The framework's own decoders have several ways to say that data is damaged.
            throw new Hdf5FormatException("A chunk is damaged.", exception);
        }
        finally
        {
            stored.Return();
        }
    }

    private ChunkTable Load()
    {
        lock (_loading)
        {
            if (_table is null)
            {
                Volatile.Write(ref _table, ChunkIndexReader.Read(_source));
                File.ReleasePages();
            }

            return _table!;
        }
    }

    /// <summary>All filters were skipped for this chunk, or there are none.</summary>
    private bool IsPlain(ChunkEntry entry, ReadOnlySpan<long> coordinates)
    {
        if (_pipeline is null)
            return true;

        uint all = (uint)((1UL << _pipeline.Filters.Length) - 1);
        return (entry.FilterMask & all) == all || (_source.Layout.EdgeChunksAreUnfiltered && _grid.IsPartial(coordinates));
    }

    /// <summary>Other axes are not cut into chunks, so that rows lie in C order within a chunk.</summary>
    private bool RowsAreWholeChunks()
    {
        for (int axis = 1; axis < _grid.Rank; axis++)
        {
            if (_grid.ChunkDims[axis] != _grid.Dims[axis])
                return false;
        }

        return true;
    }

    private void Fill(BoxRequest request, ReadOnlySpan<long> coordinates, Span<byte> target)
    {
        if (_fill.IsUndefined && _source.Layout.IndexAddress == Cursor.Undefined)
            throw new Hdf5FormatException("The array was never written and has no fill value.");

        Box box = Cut(request, stackalloc long[Box.SpaceLength], coordinates, isFill: true);
        UnwrittenStorage.Fill(in box, _fill, ElementBytes, target);
    }

    private void ReadPlain(BoxRequest request, ReadOnlySpan<long> coordinates, ChunkEntry entry, Span<byte> target)
    {
        if (entry.StoredBytes < _source.Layout.ChunkBytes)
            throw new Hdf5FormatException($"A chunk of {_source.Layout.ChunkBytes} bytes has only {entry.StoredBytes} in the file.");

        Box box = Cut(request, stackalloc long[Box.SpaceLength], coordinates, isFill: false);
        BoxFileReader.Read(File, entry.Address, in box, target);
    }

    private void CopyAndRelease(BoxRequest request, long number, ChunkLease lease, Span<byte> target)
    {
        using (lease)
        {
            Span<long> coordinates = stackalloc long[_grid.Rank];
            _grid.GetCoordinates(number, coordinates);
            Box box = Cut(request, stackalloc long[Box.SpaceLength], coordinates, isFill: false);
            box.Copy(lease.Bytes, target);
        }
    }

    private void DecodeAndCopy(BoxRequest request, ReadOnlySpan<long> coordinates, ChunkEntry entry, Span<byte> target)
    {
        long admitted = DecodingBytes(entry);
        if (admitted > 0)
            Cache.Gate.EnterAsync(admitted).GetAwaiter().GetResult(); // The read is to end on this thread.

        DecodeBuffer decoded = default;
        try
        {
            decoded = DecodeBuffer.Rent(ChunkBytes);
            Span<byte> bytes = decoded.Span[..ChunkBytes];
            Decode(entry, bytes);
            Cache.CountDecoded(ChunkBytes);
            Box box = Cut(request, stackalloc long[Box.SpaceLength], coordinates, isFill: false);
            box.Copy(bytes, target);
        }
        finally
        {
            decoded.Return();
            if (admitted > 0)
                Cache.Gate.Leave(admitted);
        }
    }

    private Box Cut(BoxRequest request, Span<long> space, scoped ReadOnlySpan<long> coordinates, bool isFill)
    {
        Span<long> origin = stackalloc long[_grid.Rank];
        for (int axis = 0; axis < origin.Length; axis++)
            origin[axis] = coordinates[axis] * _grid.ChunkDims[axis];

        return request.Cut(space, origin, _grid.ChunkDims, isFill);
    }

    /// <summary>Decodes what the cache did not have, over the cores; nothing writes to the target any more when the task ends.</summary>
    private Task ReadPendingAsync(BoxRequest request, List<long> pending, Memory<byte> target, CancellationToken cancellationToken)
    {
        int next = -1;
        int workers = Math.Min(pending.Count, Environment.ProcessorCount);
        workers = Math.Min(workers, Cache.Gate.MostAtOnce(DecodingBytes(Table[pending[0]])));
        if (workers == 1)
            return WorkAsync();

        var tasks = new Task[workers];
        for (int i = 1; i < workers; i++)
            tasks[i] = Task.Run(WorkAsync, CancellationToken.None);

        tasks[0] = WorkAsync();
        return Task.WhenAll(tasks);

        async Task WorkAsync()
        {
            try
            {
                for (int i = Interlocked.Increment(ref next); i < pending.Count; i = Interlocked.Increment(ref next))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ChunkLease lease = await Cache.GetAsync(new(Id, pending[i]), this, Table[pending[i]]);
                    CopyAndRelease(request, pending[i], lease, target.Span);
                }
            }
            catch
            {
                Volatile.Write(ref next, pending.Count); // the others stop after the chunk that they are at
                throw;
            }
        }
    }
}
