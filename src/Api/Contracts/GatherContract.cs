namespace Microtome.Api.Contracts;

/// <summary>A gather as JSON.</summary>
/// <param name="Rows">Row numbers; negative ones count from the end.</param>
/// <param name="Arrays">Which arrays; omitted: all aligned ones.</param>
/// <param name="Select">By array: what of each row, over the axes after the first, as in `0:32,0:32`.</param>
/// <param name="Transform">By array: what is done to it on the way, as in `cast(f4)|div(255)`.</param>
internal sealed record GatherContract(
    IReadOnlyList<long> Rows, IReadOnlyList<string>? Arrays, IReadOnlyDictionary<string, string>? Select, IReadOnlyDictionary<string, string>? Transform);
