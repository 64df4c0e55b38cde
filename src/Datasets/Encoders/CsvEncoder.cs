using System.Buffers;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>
/// One array of at most two axes as comma-separated lines without a header, as <c>np.loadtxt(delimiter=",")</c> reads it: a line a
/// row, or a value a line; bool is 0 or 1, <c>nan</c>, <c>inf</c>, and <c>1.0+2.0j</c> for complex. Texts stand in double quotes where
/// RFC 4180 wants them, and where they are empty, since readers pass over empty lines.
/// </summary>
/// <param name="maxTextBytes">Bytes of texts in one answer.</param>
public sealed class CsvEncoder(long maxTextBytes) : IBatchEncoder
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    public string Name => "csv";

    public string MediaType => "text/csv; charset=utf-8";

    public string Extension => "csv";

    public bool IsBinary => false;

    public bool HoldsSeveral => false;

    public bool HoldsTexts => true;

    public bool IsDownload => false;

    public string? Refuse(Batch batch) => batch.Arrays switch
    {
        not [_] => "csv holds exactly one array",
        [{ Shape.Rank: > 2 } array] => $"csv holds at most two axes, this has {array.Shape.Rank}; drop some with an index in select=",
        _ => null,
    };

    public long? GetByteCount(Batch batch) => null;

    /// <summary>Each value has a comma or a line's end.</summary>
    public long GetMostBytes(Batch batch) => checked(batch.Arrays[0].Shape.Count * (ElementText.MostBytes(batch.Arrays[0].Dtype) + 1));

    public async ValueTask WriteAsync(Batch batch, BatchBody body, CancellationToken cancellationToken)
    {
        BatchArray array = batch.Arrays[0];
        long columns = array.Shape.Rank == 2 ? array.Shape[1] : 1;
        using TextBody text = new(body);
        TextReader? texts = array is TextArray told ? new(told, new(maxTextBytes), Quote) : null;
        using ElementReader? numbers = texts is null ? new(array) : null;
        for (long done = 0; done < array.Shape.Count; done++)
        {
            if (texts is not null)
            {
                await text.WriteAsync(await texts.NextAsync(cancellationToken), cancellationToken);
            }
            else
            {
                await text.ReserveAsync(ElementText.MaxBytes, cancellationToken);
                await numbers!.MoveNextAsync(cancellationToken);
                text.Advance(WriteElement(array.Dtype, numbers.Current, text.Free));
            }

            await text.ReserveAsync(1, cancellationToken);
            text.Append((done + 1) % columns == 0 ? (byte)'\n' : (byte)',');
        }

        await text.FlushAsync(cancellationToken);
    }

    private static string Quote(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAny(Quoted) ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static int WriteElement(Dtype dtype, ReadOnlySpan<byte> element, Span<byte> text)
    {
        if (dtype.Kind != DtypeKind.Complex)
        {
            return WriteReal(dtype, element, text);
        }

        int written = WriteReal(dtype, element[..dtype.SwapSize], text);
        int sign = written;
        written += WriteReal(dtype, element[dtype.SwapSize..], text[(written + 1)..]) + 1;
        if (text[sign + 1] == (byte)'-')
        {
            text[(sign + 1)..written].CopyTo(text[sign..]);
            written--;
        }
        else
        {
            text[sign] = (byte)'+';
        }

        text[written++] = (byte)'j';
        return written;
    }

    private static int WriteReal(Dtype dtype, ReadOnlySpan<byte> element, Span<byte> text)
    {
        int written = ElementText.Write(dtype, element, text, out bool isFinite);
        if (isFinite)
        {
            return written;
        }

        ReadOnlySpan<byte> word = text[0] switch
        {
            (byte)'-' => "-inf"u8,
            (byte)'I' => "inf"u8,
            _ => "nan"u8,
        };
        word.CopyTo(text);
        return word.Length;
    }
}
