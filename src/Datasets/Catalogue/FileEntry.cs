namespace Microtome.Datasets.Catalogue;

/// <summary>A file as a folder lists it.</summary>
/// <param name="Root">Its data root as the operator wrote it; its own folder where configuration names it.</param>
/// <param name="Relative">Its path below the root, with slashes.</param>
/// <param name="FullPath">Its path as it was found.</param>
/// <param name="Target">Where it really lies, every link resolved: this is what is opened.</param>
internal sealed record FileEntry(string Root, string Relative, string FullPath, string Target, FileStatus Status)
{
    /// <summary>The folders above it within the root, outermost first.</summary>
    public string[] Folders => Relative.Split('/')[..^1];

    public string Stem => Path.GetFileNameWithoutExtension(Relative);

    /// <summary>Without its dot; empty where there is none.</summary>
    public string Extension => Path.GetExtension(Relative).TrimStart('.');
}
