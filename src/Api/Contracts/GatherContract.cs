namespace Microtome.Api.Contracts;

/// <summary>A gather as JSON.</summary>
/// <param name="Rows" example="[5,1,9,5]">Row numbers; negative ones count from the end.</param>
/// <param name="Arrays" example="[&quot;images&quot;,&quot;labels&quot;]">Which arrays; omitted: all aligned ones.</param>
/// <param name="Select" example="{&quot;images&quot;:&quot;0:4,0:4&quot;}">By array: what of each row, over the axes after the first, as in `0:32,0:32`.</param>
/// <param name="Transform" example="{&quot;images&quot;:&quot;cast(f4)|div(16)&quot;}">By array: what is done to it on the way, as in `cast(f4)|div(255)`.</param>
internal sealed record GatherContract(
    IReadOnlyList<long> Rows, IReadOnlyList<string>? Arrays, IReadOnlyDictionary<string, string>? Select, IReadOnlyDictionary<string, string>? Transform);
