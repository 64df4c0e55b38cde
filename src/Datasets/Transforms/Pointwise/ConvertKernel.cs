using System.Numerics;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>
/// A cast between two real dtypes, one element at a time. Integer to integer wraps; to floating rounds once, to nearest even; floating
/// to integer truncates, saturates out of range, and makes NaN 0. Processors differ in the last two, so they are said here.
/// </summary>
internal sealed class ConvertKernel<TFrom, TTo> : Kernel<TFrom, TTo>
    where TFrom : unmanaged, INumber<TFrom>
    where TTo : unmanaged, INumber<TTo>
{
    protected override void Run(ReadOnlySpan<TFrom> source, Span<TTo> destination)
    {
        destination = destination[..source.Length];
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = Convert(source[i]);
        }
    }

    private static TTo Convert(TFrom value)
    {
        if (IsFloating<TFrom>() && !IsFloating<TTo>())
        {
            return TFrom.IsNaN(value) ? TTo.Zero : TTo.CreateSaturating(value);
        }

        return TTo.CreateTruncating(value);
    }

    private static bool IsFloating<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half);
}
