using System.Text.Encodings.Web;
using System.Text.Json;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>
/// Nested lists, for people and browsers: a bare list for a slice, an object of lists for a gather. NaN and infinities are
/// <c>"NaN"</c>, <c>"Infinity"</c>, <c>"-Infinity"</c>; a complex number is <c>[re,im]</c>. Texts are strings.
/// </summary>
/// <param name="maxTextBytes">Bytes of texts in one answer.</param>
public sealed class JsonEncoder(long maxTextBytes) : IBatchEncoder
{
    /// <summary>An empty array may still have this many lists in it, and no more.</summary>
    private const long MaxEmptyLists = 1_000_000;

    /// <summary>Texts are read by people: only what JSON must escape is escaped.</summary>
    private static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public string Name => "json";

    public string MediaType => "application/json";

    public string Extension => "json";

    public bool IsBinary => false;

    public bool HoldsSeveral => true;

    public bool HoldsTexts => true;

    public bool IsDownload => false;

    public string? Refuse(Batch batch)
    {
        foreach (BatchArray array in batch.Arrays)
        {
            if (array.Shape.Count == 0 && CountLists(array.Shape) > MaxEmptyLists)
            {
                return $"{array.Name} has no elements and more than {MaxEmptyLists} empty lists; use npy";
            }
        }

        return null;
    }

    public long? GetByteCount(Batch batch) => null;

    /// <summary>Each element has a comma, each list that and its brackets.</summary>
    public long GetMostBytes(Batch batch)
    {
        long bytes = 0;
        foreach (BatchArray array in batch.Arrays)
        {
            long lists = 1;
            long across = 1;
            for (int axis = 0; axis < array.Shape.Rank - 1; axis++)
            {
                across = checked(across * array.Shape[axis]);
                lists = checked(lists + across);
            }

            bytes = checked(bytes + (array.Shape.Count * (ElementText.MostBytes(array.Dtype) + 1)) + (3 * lists));
        }

        return bytes;
    }

    public async ValueTask WriteAsync(Batch batch, BatchBody body, CancellationToken cancellationToken)
    {
        using TextBody text = new(body);
        TextAllowance allowance = new(maxTextBytes);
        if (batch.IsBare)
        {
            await WriteArrayAsync(text, batch.Arrays[0], allowance, cancellationToken);
        }
        else
        {
            text.Append((byte)'{');
            for (int i = 0; i < batch.Arrays.Count; i++)
            {
                byte[] name = JsonSerializer.SerializeToUtf8Bytes(batch.Arrays[i].Name);
                await text.ReserveAsync(name.Length + 2, cancellationToken);
                text.Append(i > 0 ? ","u8 : []);
                text.Append(name);
                text.Append((byte)':');
                await WriteArrayAsync(text, batch.Arrays[i], allowance, cancellationToken);
            }

            text.Append((byte)'}');
        }

        await text.FlushAsync(cancellationToken);
    }

    private static long CountLists(Shape shape)
    {
        long lists = 1;
        foreach (long length in shape.Lengths)
        {
            if (length == 0 || lists > MaxEmptyLists)
            {
                break;
            }

            lists *= Math.Min(length, MaxEmptyLists + 1);
        }

        return lists;
    }

    private static async ValueTask WriteArrayAsync(TextBody text, BatchArray array, TextAllowance allowance, CancellationToken cancellationToken)
    {
        int rank = array.Shape.Rank;
        TextReader? texts = array is TextArray told ? new(told, allowance, static text => $"\"{Readable.Encode(text)}\"") : null;
        using ElementReader? numbers = texts is null ? new(array) : null;
        long[] index = new long[rank];
        int depth = 0;
        while (true)
        {
            await text.ReserveAsync((2 * rank) + ElementText.MaxBytes, cancellationToken);

            // Down to an element, or to a list without any.
            while (depth < rank && array.Shape[depth] > 0)
            {
                text.Append((byte)'[');
                index[depth++] = 0;
            }

            if (depth < rank)
            {
                text.Append("[]"u8);
            }
            else
            {
                await WriteElementAsync(text, array.Dtype, texts, numbers, cancellationToken);
            }

            await text.ReserveAsync(rank + 1, cancellationToken);

            // Up to the next axis that goes on.
            while (depth > 0 && ++index[depth - 1] == array.Shape[depth - 1])
            {
                text.Append((byte)']');
                depth--;
            }

            if (depth == 0)
            {
                return;
            }

            text.Append((byte)',');
        }
    }

    private static async ValueTask WriteElementAsync(TextBody text, Dtype dtype, TextReader? texts, ElementReader? numbers, CancellationToken cancellationToken)
    {
        if (texts is not null)
        {
            await text.WriteAsync(await texts.NextAsync(cancellationToken), cancellationToken);
            return;
        }

        await numbers!.MoveNextAsync(cancellationToken);
        text.Advance(WriteElement(dtype, numbers.Current, text.Free));
    }

    private static int WriteElement(Dtype dtype, ReadOnlySpan<byte> element, Span<byte> text)
    {
        if (dtype.Kind == DtypeKind.Bool)
        {
            ReadOnlySpan<byte> word = element[0] == 0 ? "false"u8 : "true"u8;
            word.CopyTo(text);
            return word.Length;
        }

        if (dtype.Kind != DtypeKind.Complex)
        {
            return WriteReal(dtype, element, text);
        }

        text[0] = (byte)'[';
        int written = 1 + WriteReal(dtype, element[..dtype.SwapSize], text[1..]);
        text[written++] = (byte)',';
        written += WriteReal(dtype, element[dtype.SwapSize..], text[written..]);
        text[written++] = (byte)']';
        return written;
    }

    private static int WriteReal(Dtype dtype, ReadOnlySpan<byte> element, Span<byte> text)
    {
        int written = ElementText.Write(dtype, element, text, out bool isFinite);
        if (isFinite)
        {
            return written;
        }

        // .NET writes NaN, Infinity and -Infinity, which JSON knows only as text.
        text[..written].CopyTo(text[1..]);
        text[0] = text[written + 1] = (byte)'"';
        return written + 2;
    }
}
