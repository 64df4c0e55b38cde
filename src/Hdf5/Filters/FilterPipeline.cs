using System.Collections.Immutable;

namespace Microtome.Hdf5.Filters;

/// <summary>
/// The filters of a dataset, ready to decode its chunks. Immutable; safe for concurrent use. Every step between is bounded: what
/// a damaged chunk inflates to never takes more memory than a sound one could.
/// </summary>
public sealed class FilterPipeline
{
    /// <summary>How much larger than the chunk the result of a step between may be: incompressible data grows by some bytes a block.</summary>
    private const int SlackBytes = 4096;

    private readonly ChunkFilter[] _decoders;

    private FilterPipeline(ImmutableArray<FilterSpec> filters, ChunkFilter[] decoders, string? reason)
    {
        Filters = filters;
        _decoders = decoders;
        Reason = reason;
    }

    public ImmutableArray<FilterSpec> Filters { get; }

    public bool IsSupported => Reason is null;

    /// <summary>Why chunks cannot be decoded: the filter by number and name, and what would help.</summary>
    public string? Reason { get; }

    /// <summary>Never throws for a filter that is not known or badly described: that is the <see cref="Reason"/>.</summary>
    /// <param name="filters">In the order in which they were applied.</param>
    /// <param name="elementSize">Bytes of an element as stored.</param>
    /// <param name="chunkBytes">Bytes of a decoded chunk.</param>
    /// <param name="native">Codecs of the system, where they may be used.</param>
    public static FilterPipeline Create(ImmutableArray<FilterSpec> filters, int elementSize, long chunkBytes, NativeCodecs native)
    {
        var decoders = new ChunkFilter[filters.Length];
        for (int i = 0; i < filters.Length; i++)
        {
            try
            {
                if (KnownFilters.Create(filters[i], elementSize, native, out string? reason) is not { } decoder)
                {
                    return new(filters, [], reason);
                }

                decoders[i] = decoder;
            }
            catch (Hdf5FormatException error)
            {
                return new(filters, [], error.Message);
            }
        }

        return filters.Length > 32 || chunkBytes > int.MaxValue - SlackBytes - (chunkBytes / 4)
            ? new(filters, [], "the filter pipeline is longer, or a chunk larger, than can be decoded")
            : new(filters, decoders, null);
    }

    /// <summary>Decodes one stored chunk.</summary>
    /// <param name="stored">The chunk as it lies in the file.</param>
    /// <param name="filterMask">Bit i set: filter i was left out for this chunk.</param>
    /// <param name="decoded">Exactly the chunk's bytes.</param>
    /// <exception cref="Hdf5FormatException">The chunk is damaged.</exception>
    public void Decode(ReadOnlySpan<byte> stored, uint filterMask, Span<byte> decoded)
    {
        int first = 0;
        while (first < _decoders.Length && IsSkipped(filterMask, first))
        {
            first++;
        }

        ReadOnlySpan<byte> input = stored;
        DecodeBuffer holding = default;
        try
        {
            for (int i = _decoders.Length - 1; i > first; i--)
            {
                if (IsSkipped(filterMask, i))
                {
                    continue;
                }

                DecodeBuffer output = DecodeBuffer.Rent(BoundBefore(i, filterMask, decoded.Length));
                int made;
                try
                {
                    made = _decoders[i].Decode(input, output.Span[..BoundBefore(i, filterMask, decoded.Length)]);
                }
                catch
                {
                    output.Return();
                    throw;
                }

                holding.Return();
                holding = output;
                input = output.Span[..made];
            }

            DecodeLast(first, input, decoded);
        }
        finally
        {
            holding.Return();
        }
    }

    /// <summary>Bytes that decoding a chunk takes at the most between its stored and its decoded form: one step's result, and the next one's.</summary>
    internal long BytesBetween(int chunkBytes) =>
        _decoders.Length < 2 ? 0 : Math.Min(_decoders.Length - 1, 2) * (long)BoundBefore(_decoders.Length - 1, 0, chunkBytes);

    private static bool IsSkipped(uint filterMask, int filter) => (filterMask & (1u << filter)) != 0;

    private void DecodeLast(int first, ReadOnlySpan<byte> input, Span<byte> decoded)
    {
        int made = decoded.Length;
        if (first < _decoders.Length)
        {
            made = _decoders[first].Decode(input, decoded);
        }
        else if (input.Length == decoded.Length)
        {
            input.CopyTo(decoded);
        }
        else
        {
            made = input.Length;
        }

        if (made != decoded.Length)
        {
            throw new Hdf5FormatException($"A chunk decodes to {made} bytes; it has {decoded.Length}.");
        }
    }

    /// <summary>The most that undoing filter <paramref name="i"/> can make: exact where the filters before it change the size by a fixed amount.</summary>
    private int BoundBefore(int i, uint filterMask, int chunkBytes)
    {
        long bound = chunkBytes;
        for (int before = 0; before < i; before++)
        {
            if (!IsSkipped(filterMask, before))
            {
                bound += _decoders[before].Growth ?? SlackBytes + (chunkBytes / 4);
            }
        }

        // Of a large chunk and many filters it is more than can be had.
        return (int)Math.Min(bound, Array.MaxLength);
    }
}
