using System.Globalization;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms.Parsing;
using Microtome.Datasets.Transforms.Resizing;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Transforms.Operations;

/// <summary><c>resize(h,w,bilinear|area|nearest)</c> on rows of H×W or H×W×C; the dtype stays.</summary>
internal sealed class ResizeOperation(int height, int width, ResizeFilter filter, int position) : Operation(position)
{
    public const string Usage = "resize(224,224,bilinear)";

    /// <summary>The longest axis, before or after: keeps the tables of weights below some ten megabytes.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Keeps the sizes of lines, in any working precision, far from overflow.</summary>
    private const int MaxChannels = int.MaxValue;

    private static readonly string[] Filters = ["bilinear", "area", "nearest"];

    public static Operation Read(Call call)
    {
        IReadOnlyList<Argument> arguments = call.Arguments(3, Usage);
        return new ResizeOperation(ReadLength(arguments[0]), ReadLength(arguments[1]), ReadFilter(arguments[2]), call.Position);
    }

    public override void Bind(Binding binding)
    {
        if (binding.Order == AxisOrder.ChannelsFirst)
        {
            throw Mismatch("After layout(nchw) a resize would take channels for rows of pixels.", "put the resize before layout(nchw)");
        }

        Shape row = binding.Row;
        if (row.Rank is not (2 or 3))
        {
            throw Mismatch($"resize works on rows of H×W or H×W×C; these have the shape ({row}).");
        }

        if (row[0] == 0 || row[1] == 0)
        {
            throw Mismatch($"Rows of ({row}) have no pixels to resize.");
        }

        if (row[0] > MaxLength || row[1] > MaxLength || (row.Rank == 3 && row[2] > MaxChannels))
        {
            throw Mismatch($"resize works on at most {MaxLength} pixels an axis and {MaxChannels} channels; the rows have the shape ({row}).");
        }

        if (binding.Dtype == Dtype.Bool && filter != ResizeFilter.Nearest)
        {
            throw Mismatch($"{Name(filter)} cannot mix booleans.", "use nearest, or cast(u1) first");
        }

        Shape? resized = binding.TryShape([height, width, .. row.Lengths[2..]]);
        binding.AddResize(resized ?? throw Mismatch($"{this} of rows of ({row}) goes beyond 2^63 bytes."), filter);
    }

    public override string ToString() => $"resize({height},{width},{Name(filter)})";

    private static string Name(ResizeFilter filter) => Filters[(int)filter];

    private static int ReadLength(Argument argument)
    {
        if (!int.TryParse(argument.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length is < 1 or > MaxLength)
        {
            throw new TransformSyntaxException($"'{Number.Shown(argument.Text)}' is no size in pixels.", argument.Position, $"write a whole number from 1 to {MaxLength}");
        }

        return length;
    }

    private static ResizeFilter ReadFilter(Argument argument)
    {
        int found = Array.IndexOf(Filters, argument.Text);
        return found >= 0
            ? (ResizeFilter)found
            : throw new TransformSyntaxException($"'{Number.Shown(argument.Text)}' is no way to resize.", argument.Position, Spelling.Suggest(argument.Text, Filters));
    }
}
