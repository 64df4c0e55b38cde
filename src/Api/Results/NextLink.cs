using System.Buffers;
using System.Globalization;
using System.Text;
using Microtome.Datasets.Sampling;

namespace Microtome.Api.Results;

/// <summary>The <c>Link</c> to the next step: relative, with every parameter of this request, and the order by its versioned name.</summary>
internal static class NextLink
{
    /// <summary>What clients send in a query though no URL may hold it (RFC 3986): within a header it would end the address.</summary>
    private static readonly SearchValues<char> Unsafe = SearchValues.Create("\"<>\\^`{|}");

    public static string Of(HttpRequest request, long step, Order order)
    {
        StringBuilder link = new("<");
        link.Append(CultureInfo.InvariantCulture, $"{step}");
        char separator = '?';
        foreach (ReadOnlyMemory<char> pair in SplitPairs(request.QueryString.Value))
        {
            if (!IsOrder(pair.Span))
            {
                AppendSafe(link.Append(separator), pair.Span);
                separator = '&';
            }
        }

        return link.Append(CultureInfo.InvariantCulture, $"{separator}order={order}>; rel=\"next\"").ToString();
    }

    private static bool IsOrder(ReadOnlySpan<char> pair)
    {
        ReadOnlySpan<char> name = pair[..(pair.IndexOf('=') is >= 0 and var end ? end : pair.Length)];
        return name is "order" || (name.Contains('%') && Uri.UnescapeDataString(name) == "order");
    }

    private static void AppendSafe(StringBuilder link, ReadOnlySpan<char> pair)
    {
        for (int next; (next = pair.IndexOfAny(Unsafe)) >= 0; pair = pair[(next + 1)..])
        {
            link.Append(pair[..next]).Append(CultureInfo.InvariantCulture, $"%{(int)pair[next]:X2}");
        }

        link.Append(pair);
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
