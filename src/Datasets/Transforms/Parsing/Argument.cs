namespace Microtome.Datasets.Transforms.Parsing;

/// <summary>One argument of a call, trimmed, and where it begins in the transform's text.</summary>
internal readonly record struct Argument(string Text, int Position);
