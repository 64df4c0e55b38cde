using System.Globalization;
using Microtome.Api.Problems;
using Microtome.Datasets.Sampling;

namespace Microtome.Api.Requests;

/// <summary>Every <c>Step</c>th position from <c>Start</c> on, clipped to what there is: which row numbers are asked for.</summary>
internal readonly record struct PositionRange(long Start, long Count, long Step)
{
    /// <param name="length">How many positions there are.</param>
    /// <param name="start">The first; 0 where null.</param>
    /// <param name="stop">One past the last; all where null.</param>
    /// <param name="step">1 where null.</param>
    /// <param name="maxRows">Rows of one request.</param>
    /// <exception cref="ProblemException">400 for a negative number, 413 for too many rows.</exception>
    public static PositionRange Of(long length, long? start, long? stop, long? step, int maxRows)
    {
        long from = Math.Min(NotNegative("start", start) ?? 0, length);
        long to = Math.Clamp(NotNegative("stop", stop) ?? length, from, length);
        long stride = step ?? 1;
        if (stride < 1)
        {
            throw ProblemException.Bad("step", stride.ToString(CultureInfo.InvariantCulture), "step is at least 1.");
        }

        long count = to == from ? 0 : ((to - from - 1) / stride) + 1;
        RowList.RequireAtMost(count, maxRows);
        return new(from, count, stride);
    }

    public static long? NotNegative(string name, long? value) => value is < 0
        ? throw ProblemException.Bad(name, value.Value.ToString(CultureInfo.InvariantCulture), $"{name} is at least 0.")
        : value;

    public IndexMap Of(IndexMap rows) => new SlicedMap(rows, Start, Count, Step);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Start}:{Count}:{Step}");
}
