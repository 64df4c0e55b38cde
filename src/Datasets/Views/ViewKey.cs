namespace Microtome.Datasets.Views;

/// <summary>What an evaluated view depends on.</summary>
/// <param name="Dataset">The dataset's name: versions set by hand are no content.</param>
/// <param name="Version">Its version.</param>
/// <param name="Rows">Its rows, so that a version that was left as it was by hand never leads beyond the end.</param>
/// <param name="Expression">The canonical expression.</param>
public readonly record struct ViewKey(string Dataset, string Version, long Rows, string Expression);
