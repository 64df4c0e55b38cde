using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// Measures one row after another: per channel its moments, over all its least and greatest element. Fed piece by piece, so that a
/// row of any size takes no memory. Extremes stay in the dtype's own numbers: to join them costs as much as to measure a small row
/// where they are <see cref="ElementNumber"/>s. Not for concurrent use.
/// </summary>
internal abstract class RowMeter(Dtype dtype)
{
    protected Dtype Dtype { get; } = dtype;

    /// <summary>The least and the greatest element of all rows that have ended, one at least; NaN where one is, as in NumPy.</summary>
    public abstract (ElementNumber Least, ElementNumber Greatest) Extremes { get; }

    public static RowMeter Of(Dtype dtype) => (dtype.Kind, dtype.ItemSize) switch
    {
        (DtypeKind.Bool or DtypeKind.Unsigned or DtypeKind.Signed, sizeof(byte)) => new IntegerMeter<byte, ushort, uint>(dtype),
        (DtypeKind.Unsigned or DtypeKind.Signed, sizeof(ushort)) => new IntegerMeter<ushort, uint, ulong>(dtype),
        _ => new DoubleMeter(dtype),
    };

    /// <summary>Elements that can be read ahead; 0 where nothing is gained.</summary>
    public virtual int MostAhead => 0;

    /// <summary>Reads the elements that the next calls of <see cref="Add"/> will bring, at most <see cref="MostAhead"/>: of many small rows at once.</summary>
    public virtual void ReadAhead(ReadOnlySpan<byte> elements)
    {
        // Some have nothing to convert.
    }

    /// <summary>Forgets the row before.</summary>
    public abstract void Begin();

    /// <summary>Takes the next elements of the row: <paramref name="interleaved"/> channels in turn, whole pixels, from <paramref name="channel"/> on.</summary>
    public abstract void Add(ReadOnlySpan<byte> elements, int channel, int interleaved);

    /// <summary>The moments of one channel of the row so far.</summary>
    public abstract Moments Of(int channel);

    /// <summary>Ends the row: writes its least and its greatest element as elements of the dtype.</summary>
    public abstract void End(Span<byte> least, Span<byte> greatest);
}
