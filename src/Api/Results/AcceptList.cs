using Microsoft.Net.Http.Headers;

namespace Microtome.Api.Results;

/// <summary>
/// What a request's <c>Accept</c> wants (RFC 9110, section 12.5.1): of each media type the most specific range that holds it counts.
/// Among equals the more specific one wins, then the one named first.
/// </summary>
internal readonly struct AcceptList
{
    private const int Everything = 0;
    private const int Kind = 1;
    private const int Exactly = 2;

    private readonly IList<MediaTypeHeaderValue> _ranges;

    private AcceptList(IList<MediaTypeHeaderValue> ranges) => _ranges = ranges;

    /// <summary>
    /// Null where the default answers: nothing is asked for, the list is malformed, or it is a browser's address bar, which lists
    /// what it can show, pictures among it, without wanting one.
    /// </summary>
    public static AcceptList? Parse(string? accept) =>
        string.IsNullOrEmpty(accept) || accept == "*/*" || !MediaTypeHeaderValue.TryParseList([accept], out IList<MediaTypeHeaderValue>? ranges)
            || ranges.Any(range => range.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
            ? null
            : new(ranges);

    /// <summary>How much a media type is wanted: larger is more; null where it is not acceptable.</summary>
    /// <param name="mediaType">As an answer states it; its parameters do not count.</param>
    public (double Quality, int Specificity, int Place)? Rank(string mediaType)
    {
        ReadOnlySpan<char> media = mediaType.AsSpan(0, mediaType.IndexOf(';') is >= 0 and var end ? end : mediaType.Length);
        (double Quality, int Specificity, int Place)? best = null;
        for (int i = 0; i < _ranges.Count; i++)
        {
            int specificity = Match(_ranges[i], media);
            if (specificity > (best?.Specificity ?? -1))
            {
                best = (_ranges[i].Quality ?? 1, specificity, -i);
            }
        }

        return best is { Quality: > 0 } ? best : null;
    }

    private static int Match(MediaTypeHeaderValue range, ReadOnlySpan<char> media)
    {
        if (range.MatchesAllTypes)
        {
            return Everything;
        }

        if (range.MatchesAllSubTypes)
        {
            return media.StartsWith(range.Type.AsSpan(), StringComparison.OrdinalIgnoreCase) && media[range.Type.Length] == '/' ? Kind : -1;
        }

        return media.Equals(range.MediaType.AsSpan(), StringComparison.OrdinalIgnoreCase) ? Exactly : -1;
    }
}
