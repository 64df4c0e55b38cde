using System.Collections.Immutable;

namespace Microtome.Hdf5.Filters;

/// <summary>Undoes one filter. Stateless; safe for concurrent use.</summary>
internal abstract class ChunkFilter
{
    /// <summary>Bytes that the encoded form has more than the plain one, where that is always the same; null where it depends on the data.</summary>
    public virtual int? Growth => null;

    /// <summary>Decodes into <paramref name="output"/> and returns how many bytes that made.</summary>
    /// <exception cref="Hdf5FormatException">The input is not what this filter makes, or makes more than the output holds.</exception>
    public abstract int Decode(ReadOnlySpan<byte> input, Span<byte> output);

    /// <summary>A parameter that must be there.</summary>
    /// <exception cref="Hdf5FormatException">It is not.</exception>
    protected static uint Parameter(ImmutableArray<uint> data, int at, string filter) =>
        at < data.Length ? data[at] : throw new Hdf5FormatException($"The filter {filter} has {data.Length} parameters; parameter {at} is missing.");
}
