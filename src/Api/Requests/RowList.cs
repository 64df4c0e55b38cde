using System.Globalization;
using System.Numerics;
using Microtome.Api.Problems;

namespace Microtome.Api.Requests;

/// <summary>Row numbers as clients write them.</summary>
internal static class RowList
{
    /// <summary>Parses <c>5,1,9</c>; empty text is no rows.</summary>
    /// <exception cref="ProblemException">400 where a part is no integer, 413 where there are too many.</exception>
    public static long[] Parse(string text, int maxRows)
    {
        if (text.Length == 0)
        {
            return [];
        }

        int count = text.AsSpan().Count(',') + 1;
        RequireAtMost(count, maxRows);
        long[] rows = new long[count];
        int at = 0;
        foreach (Range part in text.AsSpan().Split(','))
        {
            rows[at++] = ParseRow(text.AsSpan(part));
        }

        return rows;
    }

    private static long ParseRow(ReadOnlySpan<char> text)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
        if (long.TryParse(text, style, CultureInfo.InvariantCulture, out long row))
        {
            return row;
        }

        return BigInteger.TryParse(text, style, CultureInfo.InvariantCulture, out BigInteger huge)
            ? (huge.Sign < 0 ? long.MinValue : long.MaxValue) // No dataset has it.
            : throw ProblemException.Bad("rows", text.ToString(), $"'{text}' is no row number; rows= takes integers joined by commas.");
    }

    /// <exception cref="ProblemException">413 beyond the limit.</exception>
    public static void RequireAtMost(long count, int maxRows)
    {
        if (count > maxRows)
        {
            throw ProblemException.TooLarge($"{count} rows are asked for", maxRows, "rows");
        }
    }

    /// <summary>Counts negative numbers from the end, in place.</summary>
    /// <exception cref="ProblemException">422 for a row that the dataset does not have.</exception>
    public static long[] Resolve(long[] rows, long length)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            long row = rows[i] < 0 ? rows[i] + length : rows[i];
            if (row < 0 || row >= length)
            {
                throw new ProblemException(ProblemCode.OutOfRange, $"Row {rows[i]} is out of bounds: the dataset has {length} rows.")
                {
                    Parameter = "rows",
                    Value = rows[i].ToString(CultureInfo.InvariantCulture),
                };
            }

            rows[i] = row;
        }

        return rows;
    }
}
