using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Views;

/// <summary>One content of a dataset, as views see it: its rows, and its arrays by name.</summary>
/// <param name="dataset">The dataset's name.</param>
/// <param name="version">The identity of the content.</param>
/// <param name="rows">Its rows.</param>
public abstract class ViewSource(string dataset, string version, long rows) : IDisposable
{
    public string Dataset => dataset;

    public string Version => version;

    public long Rows => rows;

    /// <summary>The names of the arrays that are stored, for suggestions.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>The array of a name, stored or computed; null where there is none. Only of a source that is held, and only until it is disposed.</summary>
    public abstract ViewColumn? Find(string name);

    /// <summary>The same, with its files open until it is disposed.</summary>
    /// <exception cref="ArrayReadException">They are closed already.</exception>
    public abstract ViewSource Hold();

    /// <exception cref="ArrayReadException">A file changed since it was opened.</exception>
    public abstract void RequireUnchanged();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what <see cref="Hold"/> keeps open.</summary>
    protected abstract void Dispose(bool disposing);

    internal ViewKey KeyOf(string expression) => new(Dataset, Version, Rows, expression);
}
