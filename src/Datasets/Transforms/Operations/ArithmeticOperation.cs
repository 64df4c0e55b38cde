using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms.Parsing;

namespace Microtome.Datasets.Transforms.Operations;

/// <summary>What <c>div</c>, <c>scale</c> and <c>normalize</c> share: they need a floating array, and round their constants to its dtype first.</summary>
internal abstract class ArithmeticOperation(int position) : Operation(position)
{
    protected void RequireFloating(Dtype dtype)
    {
        if (dtype.Kind == DtypeKind.Complex)
        {
            throw Mismatch($"{this} works on floating arrays, not on complex ones ({dtype}).");
        }

        if (dtype.Kind != DtypeKind.Float)
        {
            throw Mismatch($"{this} works on floating arrays, not on {dtype}.", "use cast(f4) first");
        }
    }

    /// <summary>The constants as they are in this dtype, widened again (exactly) to double.</summary>
    /// <exception cref="TransformSyntaxException">One is infinite there.</exception>
    protected static double[] Round(Dtype dtype, params ReadOnlySpan<Number> numbers)
    {
        double[] rounded = new double[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            double value = numbers[i].Value;
            rounded[i] = dtype.ItemSize switch
            {
                2 => (double)(Half)value,
                4 => (float)value,
                _ => value,
            };
            if (!double.IsFinite(rounded[i]))
            {
                throw new TransformSyntaxException($"{numbers[i]} is infinite in {dtype}.", numbers[i].Position, Wider(dtype));
            }
        }

        return rounded;
    }

    /// <summary>As <see cref="Round"/>, for numbers that divide: none may become zero.</summary>
    protected static double[] RoundDivisors(Dtype dtype, params ReadOnlySpan<Number> numbers)
    {
        double[] rounded = Round(dtype, numbers);
        int zero = Array.IndexOf(rounded, 0);
        return zero < 0
            ? rounded
            : throw new TransformSyntaxException($"{numbers[zero]} is zero in {dtype}, and divides.", numbers[zero].Position, Wider(dtype));
    }

    private static string Wider(Dtype dtype) => $"use {(dtype.ItemSize == 2 ? "cast(f4)" : "cast(f8)")} first";
}
