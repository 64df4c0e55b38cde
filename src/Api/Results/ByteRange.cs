using System.Globalization;
using Microsoft.Net.Http.Headers;
using Microtome.Datasets.Gathering;

namespace Microtome.Api.Results;

/// <summary>
/// What a request's <c>Range</c> asks of a body of known length (RFC 9110, section 14): one range of bytes, the whole, or
/// something that cannot be satisfied. Several ranges and bad syntax mean the whole body.
/// </summary>
internal readonly record struct ByteRange(ByteWindow Window, bool IsPartial, bool IsSatisfiable)
{
    private static readonly ByteRange Whole = new(ByteWindow.Whole, IsPartial: false, IsSatisfiable: true);
    private static readonly ByteRange Unsatisfiable = new(default, IsPartial: false, IsSatisfiable: false);

    public static ByteRange Of(HttpRequest request, string etag, long length)
    {
        string? text = request.Headers.Range;
        if (text is null || !HttpMethods.IsGet(request.Method) || !MayUse(request.Headers.IfRange, etag))
        {
            return Whole;
        }

        if (!RangeHeaderValue.TryParse(text, out RangeHeaderValue? range) || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase) || range.Ranges.Count != 1)
        {
            return Whole;
        }

        RangeItemHeaderValue item = range.Ranges.First();
        if (item.From is { } from)
        {
            long to = Math.Min(item.To ?? long.MaxValue, length - 1);
            return from < length ? new(new(from, to - from + 1), IsPartial: true, IsSatisfiable: true) : Unsatisfiable;
        }

        long suffix = Math.Min(item.To ?? 0, length);
        return suffix > 0 ? new(new(length - suffix, suffix), IsPartial: true, IsSatisfiable: true) : Unsatisfiable;
    }

    /// <summary><c>bytes 0-99/1000</c>, or <c>bytes */1000</c>.</summary>
    public string ToContentRange(long length) => IsPartial
        ? string.Create(CultureInfo.InvariantCulture, $"bytes {Window.Start}-{Window.Start + Window.Length - 1}/{length}")
        : string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");

    /// <summary>A range may be used unless <c>If-Range</c> names something else than this very body (a date never does: there is none).</summary>
    private static bool MayUse(string? ifRange, string etag) => ifRange is null || ifRange.AsSpan().Trim().SequenceEqual(etag);
}
