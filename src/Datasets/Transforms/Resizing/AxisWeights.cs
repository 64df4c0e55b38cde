using System.Numerics;

namespace Microtome.Datasets.Transforms.Resizing;

/// <summary>
/// For every new pixel of one axis, the old pixels it is mixed from and their weights, which add up to 1. Windows, centres and
/// kernels are Pillow's (its <c>precompute_coeffs</c>, with the box the whole axis), so that results agree with it; weights of zero
/// at a window's ends are left out, so that an infinity beside a window does not become NaN in it.
/// </summary>
internal sealed class AxisWeights<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] _starts;
    private readonly int[] _counts;
    private readonly T[] _weights;
    private readonly int _stride;

    public AxisWeights(int oldLength, int newLength, ResizeFilter filter)
    {
        double scale = (double)oldLength / newLength;
        double width = Math.Max(scale, 1);
        double reach = width * (filter == ResizeFilter.Bilinear ? 1.0 : 0.5);
        _stride = Math.Min(((int)Math.Ceiling(reach) * 2) + 1, oldLength);
        _starts = new int[newLength];
        _counts = new int[newLength];
        _weights = new T[checked(newLength * _stride)];
        double[] window = new double[_stride];
        for (int i = 0; i < newLength; i++)
        {
            double centre = (i + 0.5) * scale;
            int start = Math.Max((int)(centre - reach + 0.5), 0);
            int end = Math.Min((int)(centre + reach + 0.5), oldLength);
            Span<double> weights = window.AsSpan(0, end - start);
            double sum = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                weights[k] = Weigh(filter, (k + start - centre + 0.5) * (1.0 / width));
                sum += weights[k];
            }

            Store(i, start, weights, sum);
        }
    }

    public int Start(int index) => _starts[index];

    public ReadOnlySpan<T> Weights(int index) => _weights.AsSpan(index * _stride, _counts[index]);

    private static double Weigh(ResizeFilter filter, double distance) => filter == ResizeFilter.Bilinear
        ? Math.Max(1 - Math.Abs(distance), 0)
        : distance is > -0.5 and <= 0.5 ? 1 : 0;

    private void Store(int index, int start, ReadOnlySpan<double> weights, double sum)
    {
        int first = weights.IndexOfAnyExcept(0);
        int last = weights.LastIndexOfAnyExcept(0);
        _starts[index] = start + first;
        _counts[index] = last - first + 1;
        for (int k = first; k <= last; k++)
        {
            _weights[(index * _stride) + k - first] = T.CreateTruncating(weights[k] / sum);
        }
    }
}
