using System.Text.Json;
using Microtome.Api.Limits;
using Microtome.Api.Problems;

namespace Microtome.Api.Requests;

/// <summary>The body of a view to store: a JSON object, or row numbers as little-endian int64 with the name in the query.</summary>
/// <param name="Name">The view's name.</param>
/// <param name="Expression">The expression; null for a list of rows.</param>
/// <param name="Rows">The row numbers; null for an expression.</param>
internal sealed record ViewBody(string Name, string? Expression, long[]? Rows)
{
    private static readonly string[] Members = ["name", "expression", "rows"];

    /// <exception cref="ProblemException">400 for a malformed body, 413 for too many rows, 415 for another media type, 503 where too many lists are held.</exception>
    public static async Task<ViewBody> ReadAsync(HttpRequest request, string? name, ServerLimits limits, PostedRows.Share share, CancellationToken cancellationToken)
    {
        string media = request.ContentType is { } type ? type.Split(';')[0].Trim().ToLowerInvariant() : "";
        switch (media)
        {
            case "application/octet-stream":
                string named = name ?? throw ProblemException.Bad("name", null, "With row numbers as the body, name= says what the view is called.");
                return new(named, null, await GatherBody.ReadBinaryAsync(request.BodyReader, limits, share, cancellationToken));
            case "application/json" when name is null:
                return await ReadJsonAsync(request, limits, share, cancellationToken);
            case "application/json":
                throw ProblemException.Bad("name", name, "With a JSON body, name is a member of it.");
            default:
                throw new ProblemException(ProblemCode.UnsupportedMediaType, "Views are posted as application/json, or their rows as application/octet-stream (little-endian int64).") { Value = media };
        }
    }

    private static async Task<ViewBody> ReadJsonAsync(HttpRequest request, ServerLimits limits, PostedRows.Share share, CancellationToken cancellationToken)
    {
        try
        {
            using JsonDocument document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            return Read(document.RootElement, limits, share);
        }
        catch (JsonException error)
        {
            throw ProblemException.Bad("body", null, $"The body is no JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine}.");
        }
    }

    private static ViewBody Read(JsonElement root, ServerLimits limits, PostedRows.Share share)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw ProblemException.Bad("body", null, "The body is a JSON object with the members name and expression, or name and rows.");
        }

        Dictionary<string, JsonElement> members = [];
        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (!Members.Contains(member.Name))
            {
                throw ProblemException.Unknown(member.Name, Members, "member");
            }

            if (!members.TryAdd(member.Name, member.Value))
            {
                throw ProblemException.Bad(member.Name, null, $"The member {member.Name} is given twice.");
            }
        }

        string name = ReadText(members, "name") ?? throw ProblemException.Bad("name", null, "The member name is required: what the view is called.");
        string? expression = ReadText(members, "expression");
        long[]? rows = members.TryGetValue("rows", out JsonElement list) && list.ValueKind != JsonValueKind.Null ? ReadRows(list, limits, share) : null;
        return (expression is null) != (rows is null)
            ? new(name, expression, rows)
            : throw ProblemException.Bad("expression", null, "A view is either an expression or a list of rows.");
    }

    private static string? ReadText(Dictionary<string, JsonElement> members, string name) => members.GetValueOrDefault(name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        JsonElement other => throw ProblemException.Bad(name, other.GetRawText(), $"{name} is a text."),
    };

    private static long[] ReadRows(JsonElement value, ServerLimits limits, PostedRows.Share share)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw ProblemException.Bad("rows", null, "rows is a list of integers.");
        }

        RowList.RequireAtMost(value.GetArrayLength(), limits.MaxRows);
        share.Hold(value.GetArrayLength());
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
}
