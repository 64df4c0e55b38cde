using Microtome.Datasets.Transforms.Parsing;
using Microtome.Datasets.Transforms.Pointwise;

namespace Microtome.Datasets.Transforms.Operations;

/// <summary><c>scale(a,b)</c>: x·a + b, rounded after the product and after the sum, as NumPy's <c>x * a + b</c>.</summary>
internal sealed class ScaleOperation(Number factor, Number offset, int position) : ArithmeticOperation(position)
{
    public const string Usage = "scale(2,-1)";

    public static Operation Read(Call call)
    {
        IReadOnlyList<Argument> arguments = call.Arguments(2, Usage);
        return new ScaleOperation(Number.Parse(arguments[0]), Number.Parse(arguments[1]), call.Position);
    }

    public override void Bind(Binding binding)
    {
        RequireFloating(binding.Dtype);
        double[] factors = Round(binding.Dtype, factor);
        double[] offsets = Round(binding.Dtype, offset);
        binding.AddArithmetic<Multiply>(factors);
        binding.AddArithmetic<Add>(offsets);
    }

    public override string ToString() => $"scale({factor},{offset})";
}
