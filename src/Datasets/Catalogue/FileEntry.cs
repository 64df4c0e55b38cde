namespace Microtome.Datasets.Catalogue;

/// <summary>
/// A file as a folder lists it. <c>Relative</c> is its path below its data root, with slashes. Two entries are the same content
/// as far as a listing can tell: same place, size, modification and birth time (a file renamed over another has its own birth).
/// </summary>
internal sealed record FileEntry(string Root, string Relative, string FullPath, long Length, DateTime Modified, DateTime Born)
{
    /// <summary>The folders above it, joined as dataset names join them; empty in the root itself.</summary>
    public string[] Folders => Relative.Split('/')[..^1];

    public string Stem => Path.GetFileNameWithoutExtension(Relative);

    public string Extension => Path.GetExtension(Relative).TrimStart('.');
}
