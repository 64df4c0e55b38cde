namespace Microtome.Datasets.Catalogue;

/// <summary>What happened in the catalogue, for people to read: each is said once, not at every poll.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Subject">The dataset, or the path of the file, link or folder.</param>
/// <param name="Message">What and why, with what to do where something can be done.</param>
public sealed record CatalogueEvent(CatalogueEventKind Kind, string Subject, string Message)
{
    public string Subject { get; } = Printable(Subject);

    public string Message { get; } = Printable(Message);

    /// <summary>A file's name may hold line feeds and escapes, which stay out of the log.</summary>
    private static string Printable(string text) => text.Any(char.IsControl)
        ? string.Create(text.Length, text, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? '?' : source[i];
            }
        })
        : text;
}

public enum CatalogueEventKind
{
    /// <summary>A dataset is served.</summary>
    Served,

    /// <summary>A dataset is served anew, since a file of it changed.</summary>
    Replaced,

    /// <summary>A dataset is gone with its files.</summary>
    Removed,

    /// <summary>A file, a link or an array is left out, or a member's rows differ.</summary>
    LeftOut,
}
