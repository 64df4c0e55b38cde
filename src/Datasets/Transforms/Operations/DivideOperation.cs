using Microtome.Datasets.Transforms.Parsing;
using Microtome.Datasets.Transforms.Pointwise;

namespace Microtome.Datasets.Transforms.Operations;

/// <summary><c>div(255)</c>: a division, rounded once; not a multiplication by the reciprocal.</summary>
internal sealed class DivideOperation(Number divisor, int position) : ArithmeticOperation(position)
{
    public const string Usage = "div(255)";

    public static Operation Read(Call call) =>
        new DivideOperation(Number.ParseDivisor(call.Arguments(1, Usage)[0], "The divisor"), call.Position);

    public override void Bind(Binding binding)
    {
        RequireFloating(binding.Dtype);
        binding.AddArithmetic<Divide>(RoundDivisors(binding.Dtype, divisor));
    }

    public override string ToString() => $"div({divisor})";
}
