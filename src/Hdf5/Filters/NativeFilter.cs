namespace Microtome.Hdf5.Filters;

/// <summary>A filter that a library of the system undoes: zstd (32015), blosc (32001).</summary>
internal sealed class NativeFilter(NativeDecoder decoder) : ChunkFilter
{
    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output) =>
        input.IsEmpty ? throw new Hdf5FormatException("A compressed chunk is empty.") : decoder(input, output);
}
