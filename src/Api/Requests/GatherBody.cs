using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.Net.Http.Headers;
using Microtome.Api.Limits;
using Microtome.Api.Problems;

namespace Microtome.Api.Requests;

/// <summary>The body of a gather: a JSON object, or row numbers as little-endian int64 with the rest in the query.</summary>
internal static class GatherBody
{
    /// <summary>No name, selection or transform is longer; without a bound one endless text would fill the memory.</summary>
    private const int MaxTokenBytes = 1 << 20;

    /// <summary>UTF-8's byte order mark.</summary>
    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <param name="request">Whose body it is.</param>
    /// <param name="query">The rest, with a binary body.</param>
    /// <param name="limits">How many rows there may be.</param>
    /// <param name="share">Counts their memory.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ProblemException">400 for a malformed body, 413 for too many rows, 415 for another media type, 503 where too many lists are held.</exception>
    public static async Task<(long[] Rows, GatherRequest Request)> ReadAsync(
        HttpRequest request, GatherQuery query, ServerLimits limits, PostedRows.Share share, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding is { Count: > 0 } coding && !coding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(ProblemCode.UnsupportedMediaType, "A body comes without a content encoding.") { Parameter = "Content-Encoding", Value = coding.ToString() };
        }

        _ = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type);
        return type?.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/octet-stream" => (await ReadBinaryAsync(request.BodyReader, limits, share, cancellationToken), GatherRequest.Of(query)),
            "application/json" when type.Charset.Value is null or "" || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) =>
                await ReadJsonAsync(request.BodyReader, query, limits, share, cancellationToken),
            _ => throw new ProblemException(ProblemCode.UnsupportedMediaType, "Rows are posted as application/json in UTF-8, or as application/octet-stream (little-endian int64).")
            {
                Parameter = "Content-Type",
                Value = request.ContentType ?? "",
            },
        };
    }

    /// <summary>Row numbers as little-endian int64.</summary>
    /// <exception cref="ProblemException">400 where the body is cut, 413 for too many rows, 503 where too many lists are held.</exception>
    public static async Task<long[]> ReadBinaryAsync(PipeReader reader, ServerLimits limits, PostedRows.Share share, CancellationToken cancellationToken)
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
            share.Hold(rows.Capacity);
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
        PipeReader reader, GatherQuery query, ServerLimits limits, PostedRows.Share share, CancellationToken cancellationToken)
    {
        if (query.Arrays is not null || query.Select is { Length: > 0 } || query.Transform is { Length: > 0 })
        {
            throw ProblemException.Bad("arrays", null, "With a JSON body, arrays, select and transform are members of it.");
        }

        GatherJson json = new(limits);
        bool isStart = true;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> bytes = result.Buffer;
            if (isStart && bytes.Length < Mark.Length && !result.IsCompleted)
            {
                reader.AdvanceTo(bytes.Start, bytes.End);
                continue;
            }

            bytes = isStart ? PastMark(bytes) : bytes;
            isStart = false;
            SequencePosition read = bytes.End;
            bool isTooLong = false;
            try
            {
                SequencePosition end = json.Read(bytes, result.IsCompleted);
                read = result.IsCompleted ? read : end;
                isTooLong = bytes.Slice(read).Length > MaxTokenBytes;
            }
            finally
            {
                reader.AdvanceTo(read, bytes.End); // Whatever is wrong with the body: a read that is left open costs the connection.
            }

            share.Hold(json.RowRoom);
            if (result.IsCompleted)
            {
                return json.End();
            }

            if (isTooLong)
            {
                throw ProblemException.TooLarge("A text within the body is too long", limits.MaxExpressionLength, "characters");
            }
        }
    }

    /// <summary>Editors of some systems begin a UTF-8 file with a mark that is no JSON.</summary>
    private static ReadOnlySequence<byte> PastMark(ReadOnlySequence<byte> bytes) =>
        bytes.Length >= Mark.Length && bytes.Slice(0, Mark.Length).ToArray().AsSpan().SequenceEqual(Mark) ? bytes.Slice(Mark.Length) : bytes;
}
