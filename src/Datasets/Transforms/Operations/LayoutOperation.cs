using Microtome.Datasets.Transforms.Parsing;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Transforms.Operations;

/// <summary><c>layout(nchw)</c> moves the last axis of a 3-d row to its front, <c>layout(nhwc)</c> the first one to its end.</summary>
internal sealed class LayoutOperation(AxisOrder order, int position) : Operation(position)
{
    public const string Usage = "layout(nchw)";

    private static readonly string[] Names = ["nchw", "nhwc"];

    public static Operation Read(Call call)
    {
        Argument argument = call.Arguments(1, Usage)[0];
        return argument.Text switch
        {
            "nchw" => new LayoutOperation(AxisOrder.ChannelsFirst, call.Position),
            "nhwc" => new LayoutOperation(AxisOrder.ChannelsLast, call.Position),
            _ => throw new TransformSyntaxException($"'{Number.Shown(argument.Text)}' is no layout.", argument.Position, Spelling.Suggest(argument.Text, Names)),
        };
    }

    public override void Bind(Binding binding)
    {
        if (binding.Row.Rank != 3)
        {
            throw Mismatch($"{this} works on rows with three axes; these have the shape ({binding.Row}).");
        }

        if (binding.Order == order)
        {
            throw Mismatch("The rows are in this layout already.", "leave it out");
        }

        binding.AddLayout(order);
    }

    public override string ToString() => order == AxisOrder.ChannelsFirst ? "layout(nchw)" : "layout(nhwc)";
}
