namespace Microtome.Datasets.Selections;

/// <summary>A selection that is well formed and does not fit the array: an index beyond an axis, or more indices than axes.</summary>
public sealed class SelectionRangeException(string message) : ArgumentOutOfRangeException(null, message);
