using Microtome.Datasets.Transforms.Parsing;
using Microtome.Datasets.Transforms.Pointwise;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Transforms.Operations;

/// <summary><c>normalize(mean=…;std=…)</c>: (x − mean) / std with one constant a channel, or one for all; rounded after each step.</summary>
internal sealed class NormalizeOperation(Number[] means, Number[] deviations, int position) : ArithmeticOperation(position)
{
    public const string Usage = "normalize(mean=0.5,0.5,0.5;std=0.25,0.25,0.25)";

    private static readonly string[] Keys = ["mean", "std"];

    public static Operation Read(Call call)
    {
        Number[]? means = null;
        Number[]? deviations = null;
        foreach (IReadOnlyList<Argument> group in call.Groups)
        {
            (string key, Argument first) = SplitKey(group[0]);
            ref Number[]? numbers = ref (key == "mean" ? ref means : ref deviations);
            if (numbers is not null)
            {
                throw new TransformSyntaxException($"{key} is given twice.", group[0].Position, "write " + Usage);
            }

            numbers = new Number[group.Count];
            for (int i = 0; i < numbers.Length; i++)
            {
                Argument argument = i == 0 ? first : group[i];
                if (argument.Text.Contains('=', StringComparison.Ordinal))
                {
                    throw new TransformSyntaxException($"A number is expected, not '{Number.Shown(argument.Text)}'.", argument.Position, "put ';' between mean and std");
                }

                numbers[i] = key == "mean" ? Number.Parse(argument) : Number.ParseDivisor(argument, "A standard deviation");
            }
        }

        if (means is null || deviations is null)
        {
            throw new TransformSyntaxException($"normalize needs {(means is null ? "mean" : "std")}.", call.End, "write " + Usage);
        }

        if (means.Length != deviations.Length && means.Length > 1 && deviations.Length > 1)
        {
            throw new TransformSyntaxException(
                $"{means.Length} means do not go with {deviations.Length} standard deviations.", deviations[0].Position, "give as many, or one for all channels");
        }

        return new NormalizeOperation(means, deviations, call.Position);
    }

    public override void Bind(Binding binding)
    {
        RequireFloating(binding.Dtype);
        int given = Math.Max(means.Length, deviations.Length);
        if (given > 1 && given != binding.Channels)
        {
            string axis = binding.Order == AxisOrder.ChannelsFirst ? "axis 1" : "the last axis";
            throw Mismatch(
                $"{given} constants do not fit rows of ({binding.Row}): {axis} has {binding.Channels} channel{(binding.Channels == 1 ? "" : "s")}.",
                $"give {(binding.Channels == 1 ? "one value" : $"{binding.Channels} values, or one for all")}");
        }

        double[] subtracted = Round(binding.Dtype, means);
        double[] divisors = RoundDivisors(binding.Dtype, deviations);
        binding.AddArithmetic<Subtract>(subtracted);
        binding.AddArithmetic<Divide>(divisors);
    }

    public override string ToString() => $"normalize(mean={string.Join(',', means)};std={string.Join(',', deviations)})";

    private static (string Key, Argument Value) SplitKey(Argument argument)
    {
        int equals = argument.Text.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? argument.Text : argument.Text[..equals].TrimEnd(' ');
        if (equals < 0 || !Keys.Contains(key))
        {
            string found = key.Length == 0 ? "nothing" : $"'{Number.Shown(key)}'";
            string suggestion = equals <= 0 ? "write " + Usage : Spelling.Suggest(key, Keys);
            throw new TransformSyntaxException($"mean= or std= is expected, not {found}.", argument.Position, suggestion);
        }

        string value = argument.Text[(equals + 1)..];
        string trimmed = value.TrimStart(' ');
        return (key, new(trimmed, argument.Position + equals + 1 + value.Length - trimmed.Length));
    }
}
