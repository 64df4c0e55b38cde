using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>A file that is wanted open. <c>Format</c> is null where the file's content says it.</summary>
internal sealed record FileRequest(FileEntry Entry, IDatasetFormat? Format = null)
{
    /// <summary>What one open file is kept under: the same path read by two formats is two.</summary>
    public string Key { get; } = Format is null ? Entry.FullPath : $"{Entry.FullPath}\t{Format}";
}
