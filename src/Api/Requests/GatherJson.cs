using System.Buffers;
using System.Text;
using System.Text.Json;
using Microtome.Api.Limits;
using Microtome.Api.Problems;

namespace Microtome.Api.Requests;

/// <summary>
/// The JSON object of a gather, read as it arrives: what is kept is the rows and names themselves, and none of them beyond the
/// limits, so that a body of the largest legal size costs no more memory than the answer's rows do. For one request.
/// </summary>
internal sealed class GatherJson(ServerLimits limits)
{
    private const int MaxShownBytes = 100;

    private static readonly string[] Members = ["rows", "arrays", "select", "transform"];

    private readonly HashSet<string> _seen = [];
    private readonly Dictionary<string, string> _select = [];
    private readonly Dictionary<string, string> _transform = [];
    private JsonReaderState _state;
    private List<long>? _rows;
    private List<string>? _arrays;
    private string _member = "";
    private string _array = "";

    /// <summary>Rows that the list read so far has room for.</summary>
    public int RowRoom => _rows?.Capacity ?? 0;

    /// <summary>Reads as many whole tokens as are there.</summary>
    /// <param name="bytes">What has arrived and was not read yet.</param>
    /// <param name="isLast">Whether the body ends with them.</param>
    /// <returns>How far was read.</returns>
    /// <exception cref="ProblemException">400 where this is no JSON or no gather, 413 beyond a limit.</exception>
    public SequencePosition Read(ReadOnlySequence<byte> bytes, bool isLast)
    {
        Utf8JsonReader reader = new(bytes, isLast, _state);
        try
        {
            while (reader.Read())
            {
                Take(ref reader);
            }
        }
        catch (JsonException error)
        {
            throw ProblemException.Bad("body", null, $"The body is no JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine}.");
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.Bad("body", null, "The body is no JSON: a text in it is not Unicode.");
        }

        _state = reader.CurrentState;
        return reader.Position;
    }

    /// <summary>What the whole body asked for.</summary>
    /// <exception cref="ProblemException">400 where it has no rows.</exception>
    public (long[] Rows, GatherRequest Request) End() => _rows is null
        ? throw ProblemException.Bad("rows", null, "The member rows is required: a list of integers.")
        : ([.. _rows], new(_arrays, _select, _transform));

    private void Take(ref Utf8JsonReader reader)
    {
        switch (reader.CurrentDepth, reader.TokenType)
        {
            case (0, JsonTokenType.StartObject or JsonTokenType.EndObject):
            case (1, JsonTokenType.EndArray or JsonTokenType.EndObject):
                break;
            case (0, _):
                throw ProblemException.Bad("body", null, "The body is a JSON object with the member rows.");
            case (1, JsonTokenType.PropertyName):
                Begin(reader.GetString()!);
                break;
            case (1, _):
                BeginValue(reader.TokenType);
                break;
            default:
                TakeItem(ref reader);
                break;
        }
    }

    private void Begin(string member)
    {
        if (!Members.Contains(member))
        {
            throw ProblemException.Unknown(member, Members, "member");
        }

        if (!_seen.Add(member))
        {
            throw ProblemException.Bad(member, null, $"The member {member} is given twice.");
        }

        _member = member;
    }

    private void BeginValue(JsonTokenType token)
    {
        switch (_member, token)
        {
            case ("rows", JsonTokenType.StartArray):
                _rows = [];
                break;
            case ("arrays", JsonTokenType.StartArray):
                _arrays = [];
                break;
            case ("select" or "transform", JsonTokenType.StartObject):
            case ("arrays" or "select" or "transform", JsonTokenType.Null):
                break;
            default:
                throw WrongShape(null);
        }
    }

    private void TakeItem(ref Utf8JsonReader reader)
    {
        switch (_member, reader.TokenType)
        {
            case ("rows", JsonTokenType.Number) when reader.TryGetInt64(out long row):
                RowList.RequireAtMost(_rows!.Count + 1, limits.MaxRows);
                _rows.Add(row);
                break;
            case ("arrays", JsonTokenType.String):
                RequireFew(_arrays!.Count);
                _arrays.Add(reader.GetString()!);
                break;
            case ("select" or "transform", JsonTokenType.PropertyName):
                _array = reader.GetString()!;
                break;
            case ("select" or "transform", JsonTokenType.String):
                Dictionary<string, string> texts = _member == "select" ? _select : _transform;
                RequireFew(texts.Count);
                if (!texts.TryAdd(_array, reader.GetString()!))
                {
                    throw ProblemException.Bad(_member, _array, $"{_member} names each array once.");
                }

                break;
            default:
                throw WrongShape(reader.TokenType is JsonTokenType.Number or JsonTokenType.String ? Text(ref reader) : null);
        }
    }

    /// <summary>The token as it was written, or its beginning.</summary>
    private static string Text(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> token = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        return Encoding.UTF8.GetString(token[..Math.Min(token.Length, MaxShownBytes)]);
    }

    private static void RequireFew(int count)
    {
        if (count >= GatherPlanner.MaxArrays)
        {
            throw ProblemException.TooLarge("More arrays are named", GatherPlanner.MaxArrays, "arrays");
        }
    }

    private ProblemException WrongShape(string? value) => ProblemException.Bad(_member, value, _member switch
    {
        "rows" => "rows is a list of integers.",
        "arrays" => "arrays is a list of names.",
        _ => $"{_member} is an object: array name to text.",
    });
}
