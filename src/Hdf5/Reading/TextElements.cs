using Microtome.Hdf5.Attributes;
using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Reading;

/// <summary>Reads texts, of fixed or variable length, in batches of bounded size: elements that are texts, or have one as a member.</summary>
internal static class TextElements
{
    private const int BatchBytes = 1 << 20;
    private const long MaxValues = 1 << 26;

    public static async ValueTask<string[]> ReadAsync(DatasetDescription dataset, MemberView text, long start, long count, CancellationToken cancellationToken)
    {
        string[] texts = new string[count];
        int elementBytes = dataset.Type.Size;
        long perBatch = Math.Max(1, BatchBytes / elementBytes);
        byte[] buffer = new byte[Math.Min(perBatch, count) * elementBytes];
        ElementDecoder decoder = new(dataset.Context, MaxValues);
        for (long done = 0; done < count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int batch = (int)Math.Min(perBatch, count - done);
            Memory<byte> elements = buffer.AsMemory(0, batch * elementBytes);
            await ElementReader.ReadAsync(dataset.Storage!, start + done, elements, cancellationToken);
            for (int i = 0; i < batch; i++)
                texts[done++] = ToText(decoder.Decode(text.Type, elements.Span.Slice((i * elementBytes) + text.Offset, text.Type.Size)));
        }

        return texts;
    }

    private static string ToText(object? value) => value?.ToString() ?? "";
}
