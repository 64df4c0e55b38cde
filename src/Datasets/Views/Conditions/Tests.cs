using System.Text;
using Microtome.Datasets.Views.Parsing;

namespace Microtome.Datasets.Views.Conditions;

/// <summary>An array held against a constant: <c>y == 1</c>.</summary>
/// <param name="array">The array's name.</param>
/// <param name="position">Where the name stands in the expression.</param>
/// <param name="comparison">How.</param>
/// <param name="constant">With what.</param>
/// <param name="constantPosition">Where that stands.</param>
internal sealed class ComparisonTest(string array, int position, Comparison comparison, Constant constant, int constantPosition) : Condition
{
    public override BoundCondition Bind(ConditionBinding binding) => binding.Compare(array, position, comparison, constant, constantPosition);

    public override void AppendTo(StringBuilder text, Binding around)
    {
        text.Append(around == Binding.Not ? "(" : "");
        text.Append(NameText.Quote(array)).Append(' ').Append(Comparisons.Symbol(comparison)).Append(' ').Append(constant);
        text.Append(around == Binding.Not ? ")" : "");
    }
}

/// <summary>An array held against a list: <c>y in (1, 2)</c>, <c>y not in (1, 2)</c>.</summary>
internal sealed class MembershipTest(string array, int position, bool isNegated, IReadOnlyList<Constant> constants, IReadOnlyList<int> positions) : Condition
{
    public override BoundCondition Bind(ConditionBinding binding) => binding.Contains(array, position, isNegated, constants, positions);

    public override void AppendTo(StringBuilder text, Binding around)
    {
        text.Append(around == Binding.Not ? "(" : "");
        text.Append(NameText.Quote(array)).Append(isNegated ? " not in (" : " in (").AppendJoin(", ", constants).Append(')');
        text.Append(around == Binding.Not ? ")" : "");
    }
}
