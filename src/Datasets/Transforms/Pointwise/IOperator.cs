using System.Numerics;

namespace Microtome.Datasets.Transforms.Pointwise;

/// <summary>A binary operation of IEEE 754, rounded once.</summary>
internal interface IOperator
{
    static abstract T Apply<T>(T x, T constant)
        where T : INumber<T>;

    static abstract Vector<T> Apply<T>(Vector<T> x, Vector<T> constant);
}

internal readonly struct Add : IOperator
{
    public static T Apply<T>(T x, T constant)
        where T : INumber<T> => x + constant;

    public static Vector<T> Apply<T>(Vector<T> x, Vector<T> constant) => x + constant;
}

internal readonly struct Subtract : IOperator
{
    public static T Apply<T>(T x, T constant)
        where T : INumber<T> => x - constant;

    public static Vector<T> Apply<T>(Vector<T> x, Vector<T> constant) => x - constant;
}

internal readonly struct Multiply : IOperator
{
    public static T Apply<T>(T x, T constant)
        where T : INumber<T> => x * constant;

    public static Vector<T> Apply<T>(Vector<T> x, Vector<T> constant) => x * constant;
}

internal readonly struct Divide : IOperator
{
    public static T Apply<T>(T x, T constant)
        where T : INumber<T> => x / constant;

    public static Vector<T> Apply<T>(Vector<T> x, Vector<T> constant) => x / constant;
}
