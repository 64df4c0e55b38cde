using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms.Pointwise;

namespace Microtome.Datasets.Transforms.Resizing;

/// <summary>Chooses how a dtype is resized: in single precision where that holds its every value, else in double.</summary>
internal static class ResizeStages
{
    public static Stage Make(Dtype dtype, Shape from, Shape to, ResizeFilter filter, PointwiseChain chain)
    {
        ImageSize old = ImageSize.Of(from);
        ImageSize resized = ImageSize.Of(to);
        if (filter == ResizeFilter.Nearest)
        {
            return new NearestStage(old, resized, chain);
        }

        Dtype real = dtype;
        if (dtype.Kind == DtypeKind.Complex)
        {
            real = CastKernels.PartOf(dtype);
            old = old with { Channels = 2 * old.Channels };
            resized = resized with { Channels = 2 * resized.Channels };
        }

        long lineBytes = from.Count / from[0] * dtype.ItemSize;
        long outputBytes = to.Count * chain.Size;

        // A single holds 24 bits. Four-byte floats are summed in double, so that only the last rounding is seen.
        return real.ItemSize <= 2
            ? new WeightedStage<float>(old, resized, filter, Convert(real, Dtype.Float32), chain, lineBytes, outputBytes)
            : new WeightedStage<double>(old, resized, filter, Convert(real, Dtype.Float64), chain, lineBytes, outputBytes);
    }

    private static (Kernel? Widen, Kernel? Narrow, bool Rounds) Convert(Dtype dtype, Dtype working) => dtype == working
        ? (null, null, false)
        : (CastKernels.Numeric(dtype, working), CastKernels.Numeric(working, dtype), dtype.IsInteger);
}
