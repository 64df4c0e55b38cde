using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Sampling;

namespace Microtome.Api.Results;

/// <summary>The <c>Link</c> to the next step: relative, with every parameter of this request, and the order by its versioned name.</summary>
internal static class NextLink
{
    /// <summary>What clients send in a query though no URL may hold it (RFC 3986): within a header it would end the address.</summary>
    private static readonly SearchValues<char> Unsafe = SearchValues.Create("\"<>\\^`{|}");

    public static string Of(HttpRequest request, long step, Order order)
    {
        ReadOnlySpan<char> query = request.QueryString.Value is { Length: > 1 } text ? text.AsSpan(1) : default;
        DefaultInterpolatedStringHandler link = new(query.Length, 1, CultureInfo.InvariantCulture);
        link.AppendLiteral("<");
        link.AppendFormatted(step);
        char separator = '?';
        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> pair = query[range];
            if (!pair.IsEmpty && !IsOrder(pair))
            {
                link.AppendFormatted(separator);
                AppendSafe(ref link, pair);
                separator = '&';
            }
        }

        link.AppendFormatted(separator);
        link.AppendLiteral("order=");
        link.AppendLiteral(order.ToString());
        link.AppendLiteral(">; rel=\"next\"");
        return link.ToStringAndClear();
    }

    private static bool IsOrder(ReadOnlySpan<char> pair)
    {
        ReadOnlySpan<char> name = pair[..(pair.IndexOf('=') is >= 0 and var end ? end : pair.Length)];
        return name is "order" || (name.Contains('%') && Uri.UnescapeDataString(name) == "order");
    }

    private static void AppendSafe(ref DefaultInterpolatedStringHandler link, ReadOnlySpan<char> pair)
    {
        for (int next; (next = pair.IndexOfAny(Unsafe)) >= 0; pair = pair[(next + 1)..])
        {
            link.AppendFormatted(pair[..next]);
            link.AppendLiteral("%");
            link.AppendFormatted((int)pair[next], "X2");
        }

        link.AppendFormatted(pair);
    }
}
