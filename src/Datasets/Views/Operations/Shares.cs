using System.Globalization;
using Microtome.Datasets.Views.Parsing;

namespace Microtome.Datasets.Views.Operations;

/// <summary>The parts of a split, <c>0.8:0.1:0.1</c>: decimals from 0 to 1 that sum to 1, kept exactly to 15 places.</summary>
internal sealed class Shares
{
    /// <summary>More than anyone splits into; few enough that every class can be dealt to each of them.</summary>
    public const int MaxParts = 256;

    /// <summary>Places that count. 256 parts and their sum fit in 62 bits.</summary>
    private const int Places = 15;

    /// <summary>How far the sum may be from 1, so that thirds may be written as 0.333333333: what is missing is spread over the parts.</summary>
    private const decimal Slack = 1e-6m;

    private readonly string _text;

    private Shares(long[] weights)
    {
        Weights = weights;
        _text = string.Join(':', weights.Select(weight => (weight / Scale).ToString("0.###############", CultureInfo.InvariantCulture)));
    }

    /// <summary>Integers in proportion to the parts.</summary>
    public IReadOnlyList<long> Weights { get; }

    private static decimal Scale { get; } = (decimal)Math.Pow(10, Places);

    public static Shares Read(Cursor cursor, string text, int position)
    {
        string[] parts = text.Split(':');
        if (parts.Length > MaxParts)
        {
            throw cursor.Wrong($"A split has at most {MaxParts} parts.", position, "split what is left in a second step");
        }

        decimal sum = 0;
        long[] weights = new long[parts.Length];
        int at = position;
        for (int i = 0; i < parts.Length; i++)
        {
            const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
            if (!decimal.TryParse(parts[i], style, CultureInfo.InvariantCulture, out decimal share) || share > 1)
            {
                throw cursor.Wrong($"'{ArgumentReader.Shown(parts[i])}' is no part.", at, "write numbers from 0 to 1, joined by ':', as in parts=0.8:0.2");
            }

            sum += share;
            weights[i] = (long)decimal.Round(share * Scale);
            at += parts[i].Length + 1;
        }

        return Math.Abs(sum - 1) <= Slack
            ? new(weights)
            : throw cursor.Wrong($"The parts sum to {sum.ToString(CultureInfo.InvariantCulture)}.", position, "they must sum to 1");
    }

    public override string ToString() => _text;
}
