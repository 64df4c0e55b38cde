using System.Collections.Immutable;
using Microtome.Hdf5.Filters;

namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>As many filters as the format allows, over a chunk as large as is decoded: what a step may make is still counted right.</summary>
public sealed class LongPipelineTests
{
    private const int Deflate = 1;
    private const int ChunkBytes = 256 << 20;

    [Fact]
    public void A_damaged_chunk_of_many_filters_is_a_typed_error()
    {
        ImmutableArray<FilterSpec> filters = [.. Enumerable.Repeat(new FilterSpec(Deflate, "deflate", 0, [6]), 32)];
        var pipeline = FilterPipeline.Create(filters, 1, ChunkBytes, NativeCodecs.None);
        Assert.True(pipeline.IsSupported);
        Assert.InRange(pipeline.BytesBetween(ChunkBytes), ChunkBytes, 2L * Array.MaxLength);
        using SystemMemory decoded = new(ChunkBytes);
        Assert.Throws<Hdf5FormatException>(() => pipeline.Decode([1, 2, 3, 4], 0, decoded.Span));
    }
}
