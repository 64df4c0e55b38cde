using Microtome.Hdf5.Attributes;
using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// Reads texts, of fixed or variable length, in batches of bounded size: elements that are texts, or have one as a member. How long
/// they are is known only when they are there, so that a read ends early where they are long.
/// </summary>
internal static class TextElements
{
    private const int BatchBytes = 1 << 20;

    /// <summary>A read ends with the text that reaches this many bytes.</summary>
    private const int MaxTogetherBytes = 1 << 20;

    /// <returns>The first of the texts, at least one where any are wanted.</returns>
    /// <exception cref="Hdf5LimitException">A text is longer than <see cref="Hdf5Dataset.MaxTextBytes"/>.</exception>
    public static async ValueTask<string[]> ReadAsync(DatasetDescription dataset, MemberView text, long start, long count, CancellationToken cancellationToken)
    {
        int elementBytes = dataset.Type.Size;
        if (elementBytes > Hdf5Dataset.MaxTextBytes)
            throw new Hdf5LimitException($"Elements of {elementBytes} bytes are not read as texts.");

        List<string> texts = [];
        long perBatch = Math.Max(1, BatchBytes / elementBytes);
        byte[] buffer = new byte[Math.Min(perBatch, count) * elementBytes];
        ElementDecoder decoder = new(dataset.Context, count + ((Hdf5Dataset.MaxTextBytes + MaxTogetherBytes) / ElementDecoder.TextBytesPerValue));
        for (long bytes = 0; texts.Count < count && bytes < MaxTogetherBytes;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int batch = (int)Math.Min(perBatch, count - texts.Count);
            Memory<byte> elements = buffer.AsMemory(0, batch * elementBytes);
            await ElementReader.ReadAsync(dataset.Storage!, start + texts.Count, elements, cancellationToken);
            for (int i = 0; i < batch && bytes < MaxTogetherBytes; i++)
            {
                var read = (Hdf5Text)decoder.Decode(text.Type, elements.Span.Slice((i * elementBytes) + text.Offset, text.Type.Size))!;
                bytes += read.Bytes.Length;
                if (read.Bytes.Length > Hdf5Dataset.MaxTextBytes)
                    throw new Hdf5LimitException($"A text of {read.Bytes.Length} bytes is longer than the {Hdf5Dataset.MaxTextBytes} that are read.");

                texts.Add(read.ToString());
            }
        }

        return [.. texts];
    }
}
