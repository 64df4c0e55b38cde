using System.Globalization;
using Microtome.Datasets.Views.Parsing;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Operations;

/// <summary><c>slice(start:stop:step)</c>: as Python slices a list, with a step of at least 1.</summary>
internal sealed class SliceOperation(long? start, long? stop, long step) : ArithmeticOperation
{
    public const string Usage = "slice(start:stop:step)";

    public static SliceOperation Read(Cursor cursor)
    {
        List<(string Text, int Position)> parts = [];
        string all = cursor.TakeValue(out int position);
        cursor.Expect(')', "write " + Usage);
        int at = position;
        foreach (string part in all.Split(':'))
        {
            parts.Add((part.Trim(), at + (part.Length - part.TrimStart().Length)));
            at += part.Length + 1;
        }

        if (parts.Count is < 2 or > 3)
        {
            throw cursor.Wrong($"'{ArgumentReader.Shown(all)}' is no slice.", position, "write " + Usage);
        }

        long? step = parts.Count == 3 ? ReadBound(cursor, parts[2]) : null;
        return step is < 1
            ? throw cursor.Wrong("A slice's step is at least 1.", parts[2].Position, "write " + Usage)
            : new(ReadBound(cursor, parts[0]), ReadBound(cursor, parts[1]), step ?? 1);
    }

    public override ViewRows Apply(ViewRows rows)
    {
        long length = rows.Map.Length;
        long first = Clip(start ?? 0, length);
        long end = Clip(stop ?? length, length);
        long count = end <= first ? 0 : ((end - first - 1) / step) + 1;
        return rows.Slice(first, count, step);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"slice({start}:{stop}{(step == 1 ? "" : ":" + step.ToString(CultureInfo.InvariantCulture))})");

    private static long Clip(long bound, long length) => bound < 0 ? Math.Max(0, bound + length) : Math.Min(bound, length);

    private static long? ReadBound(Cursor cursor, (string Text, int Position) part)
    {
        if (part.Text.Length == 0)
        {
            return null;
        }

        return long.TryParse(part.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw cursor.Wrong($"'{ArgumentReader.Shown(part.Text)}' is no whole number.", part.Position, "write " + Usage);
    }
}
