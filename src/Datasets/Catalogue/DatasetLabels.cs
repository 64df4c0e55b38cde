namespace Microtome.Datasets.Catalogue;

/// <summary>The array that holds each row's class, and the classes' names in value order where the dataset has them.</summary>
public sealed record DatasetLabels(string Array, IReadOnlyList<string>? Names);
