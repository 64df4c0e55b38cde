using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Views;

/// <summary>An array as views may use it. Without a source it cannot be decoded, and <c>Reason</c> says why.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsAligned">Whether its axis 0 is the dataset's rows.</param>
/// <param name="Numbers">Its numbers.</param>
/// <param name="Texts">Its texts, where it holds no numbers.</param>
/// <param name="Reason">Why it cannot be decoded.</param>
public sealed record ViewColumn(string Name, bool IsAligned, IArraySource? Numbers, ITextSource? Texts, string? Reason = null)
{
    /// <summary>Elements of a row.</summary>
    public long RowElements => Numbers?.Spec.Shape.Row.Count ?? Texts?.Shape.Row.Count ?? 0;
}
