namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>How a pair of dtypes is cast with vectors.</summary>
internal interface IVectorConversion<TFrom, TTo>
{
    /// <summary>Elements that one step takes.</summary>
    static abstract int Width { get; }

    /// <summary>Casts <see cref="Width"/> elements from element <paramref name="at"/> on.</summary>
    static abstract void Convert(ref TFrom from, ref TTo to, nuint at);

    static abstract TTo Convert(TFrom value);
}
