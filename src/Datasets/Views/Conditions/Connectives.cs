using System.Buffers;
using System.Text;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>Conditions joined by <c>and</c>, or by <c>or</c>: two or more.</summary>
internal sealed class Junction(bool isAnd, IReadOnlyList<Condition> parts) : Condition
{
    public override BoundCondition Bind(ConditionBinding binding) => new Bound(isAnd, [.. parts.Select(part => part.Bind(binding))]);

    public override void AppendTo(StringBuilder text, Binding around)
    {
        Binding own = isAnd ? Binding.And : Binding.Or;
        text.Append(around > own ? "(" : "");
        for (int i = 0; i < parts.Count; i++)
        {
            text.Append(i == 0 ? "" : isAnd ? " and " : " or ");
            parts[i].AppendTo(text, own);
        }

        text.Append(around > own ? ")" : "");
    }

    private sealed class Bound(bool isAnd, BoundCondition[] parts) : BoundCondition
    {
        public override void Test(ColumnBlock block, Span<bool> kept)
        {
            parts[0].Test(block, kept);
            bool[] rented = ArrayPool<bool>.Shared.Rent(kept.Length);
            Span<bool> part = rented.AsSpan(0, kept.Length);
            foreach (BoundCondition other in parts.AsSpan(1))
            {
                other.Test(block, part);
                for (int i = 0; i < kept.Length; i++)
                {
                    kept[i] = isAnd ? kept[i] & part[i] : kept[i] | part[i];
                }
            }

            ArrayPool<bool>.Shared.Return(rented);
        }
    }
}

/// <summary>The opposite of a condition.</summary>
internal sealed class Negation(Condition part) : Condition
{
    public override BoundCondition Bind(ConditionBinding binding) => new Bound(part.Bind(binding));

    public override void AppendTo(StringBuilder text, Binding around)
    {
        text.Append("not ");
        part.AppendTo(text, Binding.Not);
    }

    private sealed class Bound(BoundCondition part) : BoundCondition
    {
        public override void Test(ColumnBlock block, Span<bool> kept)
        {
            part.Test(block, kept);
            for (int i = 0; i < kept.Length; i++)
            {
                kept[i] = !kept[i];
            }
        }
    }
}
