using System.Numerics;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>
/// Numbers against constants, as NumPy compares them: a constant is rounded to a floating array's dtype first; with integers it is
/// compared exactly, whatever its size, so that <c>y &lt; 1.5</c> keeps 1 and <c>y &lt; 300</c> keeps every byte.
/// </summary>
internal static class NumberConditions
{
    public static BoundCondition Compare(Dtype dtype, int column, Comparison comparison, Constant constant) => dtype.Code switch
    {
        "b1" => new ByteTable(column, value => Comparisons.Holds(comparison, value.CompareTo(constant.Value)), isBool: true),
        "u1" => CompareWhole<byte>(column, comparison, constant),
        "i1" => CompareWhole<sbyte>(column, comparison, constant),
        "u2" => CompareWhole<ushort>(column, comparison, constant),
        "i2" => CompareWhole<short>(column, comparison, constant),
        "u4" => CompareWhole<uint>(column, comparison, constant),
        "i4" => CompareWhole<int>(column, comparison, constant),
        "u8" => CompareWhole<ulong>(column, comparison, constant),
        "i8" => CompareWhole<long>(column, comparison, constant),
        "f2" => new NumberComparison<Half>(column, comparison, (Half)constant.Value),
        "f4" => new NumberComparison<float>(column, comparison, (float)constant.Value),
        _ => new NumberComparison<double>(column, comparison, constant.Value),
    };

    public static BoundCondition Contains(Dtype dtype, int column, bool isNegated, IReadOnlyList<Constant> constants) => dtype.Code switch
    {
        "b1" => new ByteTable(column, value => isNegated != constants.Any(constant => constant.Value == value), isBool: true),
        "u1" => ContainsWhole<byte>(column, isNegated, constants),
        "i1" => ContainsWhole<sbyte>(column, isNegated, constants),
        "u2" => ContainsWhole<ushort>(column, isNegated, constants),
        "i2" => ContainsWhole<short>(column, isNegated, constants),
        "u4" => ContainsWhole<uint>(column, isNegated, constants),
        "i4" => ContainsWhole<int>(column, isNegated, constants),
        "u8" => ContainsWhole<ulong>(column, isNegated, constants),
        "i8" => ContainsWhole<long>(column, isNegated, constants),
        "f2" => new NumberMembership<Half>(column, isNegated, constants.Select(constant => (Half)constant.Value)),
        "f4" => new NumberMembership<float>(column, isNegated, constants.Select(constant => (float)constant.Value)),
        _ => new NumberMembership<double>(column, isNegated, constants.Select(constant => constant.Value)),
    };

    private static BoundCondition CompareWhole<T>(int column, Comparison comparison, Constant constant)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (constant.Whole is not { } whole)
        {
            // Between two integers, or beyond Int128: no integer equals it, and it parts them where its floor does.
            bool isHuge = Math.Abs(constant.Value) > 1e30;
            whole = isHuge ? (constant.Value > 0 ? Int128.MaxValue : Int128.MinValue) : (Int128)Math.Floor(constant.Value);
            comparison = comparison switch
            {
                Comparison.Less => Comparison.LessOrEqual,
                Comparison.GreaterOrEqual => Comparison.Greater,
                _ => comparison,
            };
            if (comparison is Comparison.Equal or Comparison.NotEqual)
            {
                return new Always(comparison == Comparison.NotEqual);
            }
        }

        if (whole < Int128.CreateChecked(T.MinValue))
        {
            return new Always(Comparisons.Holds(comparison, 1));
        }

        return whole > Int128.CreateChecked(T.MaxValue)
            ? new Always(Comparisons.Holds(comparison, -1))
            : new NumberComparison<T>(column, comparison, T.CreateChecked(whole));
    }

    private static NumberMembership<T> ContainsWhole<T>(int column, bool isNegated, IReadOnlyList<Constant> constants)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        List<T> values = [];
        foreach (Constant constant in constants)
        {
            if (constant.Whole is { } whole && whole >= Int128.CreateChecked(T.MinValue) && whole <= Int128.CreateChecked(T.MaxValue))
            {
                values.Add(T.CreateChecked(whole));
            }
        }

        return new(column, isNegated, values);
    }
}

/// <summary>A comparison whose answer is the same for every value of the dtype.</summary>
internal sealed class Always(bool answer) : BoundCondition
{
    public override void Test(ColumnBlock block, Span<bool> kept) => kept.Fill(answer);
}

/// <summary>What a condition says of each value of one byte; of a bool, which may be any byte, of 0 and not 0.</summary>
internal sealed class ByteTable(int column, Func<double, bool> holds, bool isBool) : BoundCondition
{
    private readonly bool[] _holds = [.. Enumerable.Range(0, 256).Select(value => holds(isBool ? Math.Min(value, 1) : value))];

    public override void Test(ColumnBlock block, Span<bool> kept)
    {
        ReadOnlySpan<byte> values = block.Bytes(column);
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = _holds[values[i]];
        }
    }
}

internal sealed class NumberComparison<T>(int column, Comparison comparison, T constant) : BoundCondition
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    public override void Test(ColumnBlock block, Span<bool> kept)
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(block.Bytes(column))[..kept.Length];
        switch (comparison)
        {
            case Comparison.Equal:
                for (int i = 0; i < values.Length; i++)
                {
                    kept[i] = values[i] == constant;
                }

                break;
            case Comparison.NotEqual:
                for (int i = 0; i < values.Length; i++)
                {
                    kept[i] = values[i] != constant;
                }

                break;
            case Comparison.Less:
                for (int i = 0; i < values.Length; i++)
                {
                    kept[i] = values[i] < constant;
                }

                break;
            case Comparison.LessOrEqual:
                for (int i = 0; i < values.Length; i++)
                {
                    kept[i] = values[i] <= constant;
                }

                break;
            case Comparison.Greater:
                for (int i = 0; i < values.Length; i++)
                {
                    kept[i] = values[i] > constant;
                }

                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    kept[i] = values[i] >= constant;
                }

                break;
        }
    }
}

internal sealed class NumberMembership<T>(int column, bool isNegated, IEnumerable<T> members) : BoundCondition
    where T : unmanaged
{
    private readonly HashSet<T> _members = [.. members];

    public override void Test(ColumnBlock block, Span<bool> kept)
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(block.Bytes(column));
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = _members.Contains(values[i]) != isNegated;
        }
    }
}
