using System.Text.Json;
using Microtome.Api.Problems;

namespace Microtome.Api.Jobs;

/// <summary>A job as it is posted, before it is held against a dataset.</summary>
internal sealed record JobBody(string Kind, string Dataset, string? Version, IReadOnlyList<string>? Arrays, string? View, string? Name, IReadOnlyDictionary<string, string>? Transform)
{
    private static readonly string[] ProfileMembers = ["kind", "dataset", "version", "arrays"];
    private static readonly string[] MaterializeMembers = [.. ProfileMembers, "view", "name", "transform"];

    /// <exception cref="ProblemException">400 where a member is missing, of the wrong type, given twice or not known; 415 for another media type.</exception>
    public static async Task<JobBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw new ProblemException(ProblemCode.UnsupportedMediaType, "A job is posted as application/json.") { Value = request.ContentType };
        }

        try
        {
            using JsonDocument document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            return Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw ProblemException.Bad("body", null, $"The body is no JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine}.");
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.Bad("body", null, "The body is no JSON: a text in it is not Unicode.");
        }
    }

    private static JobBody Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw ProblemException.Bad("body", null, "The body is a JSON object with the members kind and dataset.");
        }

        Dictionary<string, JsonElement> members = [];
        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
            {
                throw ProblemException.Bad(member.Name, null, $"The member {member.Name} is given twice.");
            }
        }

        string kind = Text(members, "kind") ?? throw ProblemException.Bad("kind", null, "The member kind is required: profile or materialize.");
        string[] known = kind switch
        {
            JobSpec.Profile => ProfileMembers,
            JobSpec.Materialize => MaterializeMembers,
            _ => throw ProblemException.Bad("kind", kind, "kind is profile or materialize."),
        };
        if (members.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw ProblemException.Unknown(unknown, known, "member");
        }

        return new(
            kind,
            Text(members, "dataset") ?? throw ProblemException.Bad("dataset", null, "The member dataset is required."),
            Text(members, "version"),
            Names(members),
            Text(members, "view"),
            Text(members, "name"),
            Texts(members));
    }

    private static JsonElement? Value(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(Dictionary<string, JsonElement> members, string name) => Value(members, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw ProblemException.Bad(name, value.GetRawText(), $"{name} is a text."),
    };

    private static List<string>? Names(Dictionary<string, JsonElement> members)
    {
        if (Value(members, "arrays") is not { } value)
        {
            return null;
        }

        bool isList = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);
        return isList ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : throw ProblemException.Bad("arrays", value.GetRawText(), "arrays is a list of names.");
    }

    private static Dictionary<string, string>? Texts(Dictionary<string, JsonElement> members)
    {
        if (Value(members, "transform") is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw ProblemException.Bad("transform", value.GetRawText(), "transform is an object: array name to text.");
        }

        Dictionary<string, string> texts = [];
        foreach (JsonProperty item in value.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String || !texts.TryAdd(item.Name, item.Value.GetString()!))
            {
                throw ProblemException.Bad("transform", item.Name, "transform names each array once, with a text.");
            }
        }

        return texts;
    }
}
