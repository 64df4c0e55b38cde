using System.Text.Encodings.Web;
using System.Text.Json;
using Microtome.Api.Requests;
using Microtome.Datasets.Gathering;

namespace Microtome.Api.Results;

/// <summary>What the frames of a stream say in JSON (contract, section 6).</summary>
internal static class StreamTexts
{
    /// <summary>Without it a dtype would read <c>\u003cf4</c>.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>HEADER: what the stream will hold.</summary>
    public static byte[] Header(string dataset, string version, EpochRequest request, GatherTemplate template)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("dataset", dataset);
            json.WriteString("version", version);
            json.WriteStartArray("arrays");
            foreach (GatherColumn column in template.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("dtype", column.Dtype.Name);
                json.WriteStartArray("shape");
                foreach (long length in column.RowShape.Lengths)
                {
                    json.WriteNumberValue(length);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("order", request.Order.Order.ToString());
            json.WriteNumber("steps", request.Epoch.Steps);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>END: what was sent, and the step to go on with, null behind the epoch's last.</summary>
    public static byte[] End(long steps, long rows, long bytes, long? next)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("steps", steps);
            json.WriteNumber("rows", rows);
            json.WriteNumber("bytes", bytes);
            if (next is { } step)
            {
                json.WriteNumber("next", step);
            }
            else
            {
                json.WriteNull("next");
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
