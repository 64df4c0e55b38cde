using Microtome.Datasets.Views.Evaluation;

namespace Microtome.Datasets.Views;

/// <summary>How many rows of a view each class has, classes in value order.</summary>
/// <param name="Values">The classes.</param>
/// <param name="Rows">Rows of each.</param>
public sealed record ClassCounts(IReadOnlyList<ClassValue> Values, IReadOnlyList<long> Rows)
{
    /// <summary>Bytes of memory that a class takes, its text included as a guess.</summary>
    private const long ClassBytes = 96;

    internal long MemoryBytes => Values.Count * ClassBytes;
}
