using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text.Json;
using Microtome.Api.Limits;
using Microtome.Api.Problems;

namespace Microtome.Api.Requests;

/// <summary>The body of a gather: a JSON object, or row numbers as little-endian int64 with the rest in the query.</summary>
internal static class GatherBody
{
    private static readonly string[] Members = ["rows", "arrays", "select", "transform"];

    /// <exception cref="ProblemException">400 for a malformed body, 413 for too many rows, 415 for another media type.</exception>
    public static async Task<(long[] Rows, GatherRequest Request)> ReadAsync(
        HttpRequest request, GatherQuery query, ServerLimits limits, CancellationToken cancellationToken)
    {
        string media = request.ContentType is { } type ? type.Split(';')[0].Trim().ToLowerInvariant() : "";
        switch (media)
        {
            case "application/octet-stream":
                return (await ReadBinaryAsync(request.BodyReader, limits, cancellationToken), GatherRequest.Of(query));
            case "application/json":
                return await ReadJsonAsync(request, query, limits, cancellationToken);
            default:
                throw new ProblemException(ProblemCode.UnsupportedMediaType, "Rows are posted as application/json or as application/octet-stream (little-endian int64).") { Value = media };
        }
    }

    private static async Task<long[]> ReadBinaryAsync(PipeReader reader, ServerLimits limits, CancellationToken cancellationToken)
    {
        List<long> rows = [];
        byte[] partial = new byte[sizeof(long)];
        int filled = 0;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken);
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                filled = Take(segment.Span, partial, filled, rows);
            }

            reader.AdvanceTo(result.Buffer.End);
            RowList.RequireAtMost(rows.Count, limits.MaxRows);
            if (result.IsCompleted)
            {
                return filled == 0 ? [.. rows] : throw ProblemException.Bad("rows", null, "The body is not a whole number of little-endian int64.");
            }
        }
    }

    private static int Take(ReadOnlySpan<byte> bytes, byte[] partial, int filled, List<long> rows)
    {
        foreach (byte value in bytes)
        {
            partial[filled++] = value;
            if (filled == partial.Length)
            {
                rows.Add(BinaryPrimitives.ReadInt64LittleEndian(partial));
                filled = 0;
            }
        }

        return filled;
    }

    private static async Task<(long[] Rows, GatherRequest Request)> ReadJsonAsync(
        HttpRequest request, GatherQuery query, ServerLimits limits, CancellationToken cancellationToken)
    {
        if (query.Arrays is not null || query.Select is { Length: > 0 } || query.Transform is { Length: > 0 })
        {
            throw ProblemException.Bad("arrays", null, "With a JSON body, arrays, select and transform are members of it.");
        }

        try
        {
            using JsonDocument document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            return Read(document.RootElement, limits);
        }
        catch (JsonException error)
        {
            throw ProblemException.Bad("body", null, $"The body is no JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine}.");
        }
    }

    private static (long[] Rows, GatherRequest Request) Read(JsonElement root, ServerLimits limits)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw ProblemException.Bad("body", null, "The body is a JSON object with the member rows.");
        }

        long[]? rows = null;
        List<string>? arrays = null;
        Dictionary<string, string> select = [];
        Dictionary<string, string> transform = [];
        HashSet<string> seen = [];
        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (!seen.Add(member.Name))
            {
                throw ProblemException.Bad(member.Name, null, $"The member {member.Name} is given twice.");
            }

            switch (member.Name)
            {
                case "rows":
                    rows = ReadRows(member.Value, limits);
                    break;
                case "arrays":
                    arrays = ReadNames(member.Value);
                    break;
                case "select":
                    select = ReadTexts(member);
                    break;
                case "transform":
                    transform = ReadTexts(member);
                    break;
                default:
                    throw UnknownParameters.Unknown(member.Name, Members, "member");
            }
        }

        return rows is not null
            ? (rows, new(arrays, select, transform))
            : throw ProblemException.Bad("rows", null, "The member rows is required: a list of integers.");
    }

    private static long[] ReadRows(JsonElement value, ServerLimits limits)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw ProblemException.Bad("rows", null, "rows is a list of integers.");
        }

        RowList.RequireAtMost(value.GetArrayLength(), limits.MaxRows);
        long[] rows = new long[value.GetArrayLength()];
        int at = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out rows[at++]))
            {
                throw ProblemException.Bad("rows", item.GetRawText(), "rows is a list of integers.");
            }
        }

        return rows;
    }

    private static List<string>? ReadNames(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            throw ProblemException.Bad("arrays", value.GetRawText(), "arrays is a list of names.");
        }

        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }

    private static Dictionary<string, string> ReadTexts(JsonProperty member)
    {
        if (member.Value.ValueKind != JsonValueKind.Object)
        {
            throw ProblemException.Bad(member.Name, member.Value.GetRawText(), $"{member.Name} is an object: array name to text.");
        }

        Dictionary<string, string> texts = [];
        foreach (JsonProperty item in member.Value.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String || !texts.TryAdd(item.Name, item.Value.GetString()!))
            {
                throw ProblemException.Bad(member.Name, item.Name, $"{member.Name} names each array once, with a text.");
            }
        }

        return texts;
    }
}
