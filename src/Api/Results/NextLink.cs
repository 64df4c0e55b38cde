using System.Globalization;
using System.Text;
using Microtome.Datasets.Sampling;

namespace Microtome.Api.Results;

/// <summary>The <c>Link</c> to the next step: relative, with every parameter of this request, and the order by its versioned name.</summary>
internal static class NextLink
{
    public static string Of(HttpRequest request, long step, Order order)
    {
        StringBuilder link = new("<");
        link.Append(CultureInfo.InvariantCulture, $"{step}");
        char separator = '?';
        foreach (ReadOnlyMemory<char> pair in SplitPairs(request.QueryString.Value))
        {
            if (!pair.Span.StartsWith("order="))
            {
                link.Append(separator).Append(pair);
                separator = '&';
            }
        }

        return link.Append(CultureInfo.InvariantCulture, $"{separator}order={order}>; rel=\"next\"").ToString();
    }

    private static IEnumerable<ReadOnlyMemory<char>> SplitPairs(string? query)
    {
        ReadOnlyMemory<char> rest = query is { Length: > 1 } ? query.AsMemory(1) : default;
        while (!rest.IsEmpty)
        {
            int end = rest.Span.IndexOf('&');
            ReadOnlyMemory<char> pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (!pair.IsEmpty)
            {
                yield return pair;
            }
        }
    }
}
