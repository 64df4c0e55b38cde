namespace Microtome.Datasets.Views;

/// <summary>Names of views: as datasets are named, but none that reads like an id, nor <c>all</c>, which every dataset has.</summary>
public static class ViewName
{
    /// <summary>The view that every dataset has.</summary>
    public const string All = "all";

    private const int MaxLength = 128;

    /// <summary>Whether a view may be called so: <c>[A-Za-z0-9][A-Za-z0-9._-]*</c>, at most 128 characters, not <c>all</c> and no id.</summary>
    public static bool IsFree(string name) =>
        name.Length is > 0 and <= MaxLength && name != All && !ViewId.IsId(name) && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
