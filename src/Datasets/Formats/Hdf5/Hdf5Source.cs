using System.Buffers;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;
using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>An array of an HDF5 file. Contiguous rows, and whole rows of unfiltered chunks, go straight from the file.</summary>
internal sealed class Hdf5Source(DataFile file, Hdf5Array array, ArraySpec spec, bool mustDecode) : IArraySource
{
    public ArraySpec Spec => spec;

    public bool MustDecode => mustDecode;

    public bool TryLocate(long row, long count, out FileRun run)
    {
        try
        {
            if (array.Open().TryLocate(row, count, out long offset))
            {
                run = new(file.Handle, offset, count * spec.RowBytes, file.Address == 0 ? 0 : file.Address + (nint)offset);
                return true;
            }
        }
        catch (Hdf5FormatException error)
        {
            throw new ArrayReadException(error.Message, error);
        }

        run = default;
        return false;
    }

    public void Hint(ReadOnlySpan<long> rows)
    {
        try
        {
            array.Open().Hint(rows);
        }
        catch (Hdf5FormatException)
        {
            // The read that follows says so.
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Hdf5Range[] space = ArrayPool<Hdf5Range>.Shared.Rent(Shape.MaxRank);
        try
        {
            await array.Open().ReadAsync(RangesOf(row, count, inner, space), destination, cancellationToken);
        }
        catch (Hdf5FormatException error)
        {
            throw new ArrayReadException(error.Message, error);
        }
        finally
        {
            ArrayPool<Hdf5Range>.Shared.Return(space);
        }
    }

    public void DecodeRows(long row, long count, Memory<byte> destination)
    {
        try
        {
            array.Open().ReadOnce(RangesOf(row, count, Region.All(spec.Shape.Row), new Hdf5Range[spec.Shape.Rank]), destination);
        }
        catch (Hdf5FormatException error)
        {
            throw new ArrayReadException(error.Message, error);
        }
    }

    public void Dispose()
    {
        // The file belongs to whoever opened it.
    }

    /// <param name="row">The first row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="inner">What is read of each.</param>
    /// <param name="space">Where the ranges are put.</param>
    private ReadOnlyMemory<Hdf5Range> RangesOf(long row, long count, Region inner, Hdf5Range[] space)
    {
        if (spec.Shape.Rank == 0)
        {
            return default;
        }

        space[0] = new(row, count);
        for (int axis = 0; axis < inner.Axes.Length; axis++)
        {
            AxisRange range = inner.Axes[axis];
            space[axis + 1] = new(range.Start, range.Count, range.Step);
        }

        return space.AsMemory(0, 1 + inner.Axes.Length);
    }
}
