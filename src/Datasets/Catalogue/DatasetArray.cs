using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>One array of a dataset. <c>Path</c> is relative to its data root.</summary>
public sealed record DatasetArray(string Name, OpenedArray Opened, bool IsAligned, string Format, string Path)
{
    public string Dtype => Opened.Dtype;

    public Shape Shape => Opened.Shape;

    public Shape? Chunks => Source?.Spec.Chunks;

    /// <summary>Null exactly where <see cref="Reason"/> says why the array cannot be served.</summary>
    public IArraySource? Source => Opened.Source;

    /// <summary>Its texts, where it holds those and no numbers: they are looked at by views, and shown.</summary>
    public ITextSource? Texts => Opened.Texts;

    public string? Reason => Opened.Reason;

    /// <summary>Bytes decoded; 0 where the array cannot be.</summary>
    public long Bytes => Source?.Spec.Bytes ?? 0;

    public long StoredBytes => Opened.StoredBytes;

    public IReadOnlyList<string> Filters => Opened.Filters;

    public IReadOnlyDictionary<string, object?> Attributes => Opened.Attributes;

    public IReadOnlyList<string> Aliases { get; init; } = Opened.Aliases;
}
