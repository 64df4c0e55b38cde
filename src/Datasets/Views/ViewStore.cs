using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microtome.Datasets.Storage;
using Microtome.Datasets.Views.Errors;

namespace Microtome.Datasets.Views;

/// <summary>
/// The views that clients stored, one file each in the state directory, read once when somebody first asks. Immutable tables are
/// swapped whole; a lock makes changes one after the other. Safe for concurrent use.
/// </summary>
public sealed class ViewStore(StateDirectory state)
{
    /// <summary>Stored views of one dataset: far more than anyone names by hand.</summary>
    public const int MaxViews = 4096;

    private const string Room = "views";
    private const string Suffix = ".view";

    private readonly Lock _lock = new();
    private volatile Dictionary<string, IReadOnlyList<NamedView>>? _byDataset;

    /// <summary>A dataset's stored views, in name order.</summary>
    public IReadOnlyList<NamedView> List(string dataset) => (_byDataset ?? Open())?.GetValueOrDefault(dataset) ?? [];

    /// <summary>Stores a view.</summary>
    /// <returns>The view, and whether it is new; false where it was there already.</returns>
    /// <exception cref="ViewNameTakenException">The name stands for another one.</exception>
    /// <exception cref="StateUnavailableException">There is no state directory.</exception>
    /// <exception cref="DiskFullException">There is no room.</exception>
    public (NamedView View, bool IsNew) Add(string dataset, string name, ViewExpression expression) =>
        Add(new(StoredView.CurrentFormat, dataset, name, expression.ToString(), null, 0, 0), [], ViewId.OfExpression(expression.ToString()));

    /// <summary>Stores a list of rows that belongs to a version.</summary>
    /// <inheritdoc cref="Add(string, string, ViewExpression)"/>
    public (NamedView View, bool IsNew) AddRows(string dataset, string name, string version, ReadOnlySpan<long> rows, long datasetRows) =>
        Add(new(StoredView.CurrentFormat, dataset, name, null, version, rows.Length, datasetRows), rows, ViewId.OfRows(version, MemoryMarshal.AsBytes(rows)));

    /// <summary>Deletes the stored views of this name or id: false where there are none.</summary>
    /// <exception cref="StateUnavailableException">A file cannot be deleted.</exception>
    public bool Delete(string dataset, string nameOrId)
    {
        lock (_lock)
        {
            List<NamedView> left = [];
            bool isFound = false;
            foreach (NamedView view in List(dataset))
            {
                if (view.Name == nameOrId || view.Id == nameOrId)
                {
                    isFound = true;
                    DeleteFile(PathOf(state.OpenRoom(Room), dataset, view.Name));
                }
                else
                {
                    left.Add(view);
                }
            }

            if (isFound)
            {
                Swap(dataset, left);
            }

            return isFound;
        }
    }

    private static string PathOf(string room, string dataset, string name) =>
        Path.Combine(room, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{dataset}\0{name}")).AsSpan(0, 16)) + Suffix);

    private (NamedView View, bool IsNew) Add(StoredView stored, ReadOnlySpan<long> rows, string id)
    {
        lock (_lock)
        {
            IReadOnlyList<NamedView> views = List(stored.Dataset);
            if (views.FirstOrDefault(view => view.Name == stored.Name) is { } known)
            {
                return known.Id == id
                    ? (known, false)
                    : throw new ViewNameTakenException($"The view {stored.Name} of {stored.Dataset} stands for {known.Id} already; delete it first, or take another name.") { Text = stored.Name };
            }

            if (views.Count >= MaxViews)
            {
                throw new ViewTooLargeException($"The dataset {stored.Dataset} has {views.Count} stored views; delete some first.") { Limit = MaxViews, Unit = "views" };
            }

            string path = PathOf(state.OpenRoom(Room), stored.Dataset, stored.Name);
            byte[] file = stored.ToBytes(rows);
            state.Budget.Reserve(file.Length);
            try
            {
                AtomicFile.Write(path, file);
            }
            catch
            {
                state.Budget.Release(file.Length);
                throw;
            }

            NamedView added = StoredView.TryRead(path, out _) ?? throw new StateUnavailableException("What was stored cannot be read again.");
            Swap(stored.Dataset, [.. views.Append(added).OrderBy(view => view.Name, StringComparer.Ordinal)]);
            return (added, true);
        }
    }

    private void DeleteFile(string path)
    {
        try
        {
            long bytes = new FileInfo(path) is { Exists: true } file ? file.Length : 0;
            File.Delete(path);
            state.Budget.Release(bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StateUnavailableException("The stored view cannot be deleted.", error);
        }
    }

    private void Swap(string dataset, IReadOnlyList<NamedView> views) =>
        _byDataset = new(_byDataset ?? [], StringComparer.Ordinal) { [dataset] = views };

    private Dictionary<string, IReadOnlyList<NamedView>>? Open()
    {
        lock (_lock)
        {
            if (_byDataset is not null || !state.TryFindRoom(Room, out string? room))
            {
                return _byDataset;
            }

            Dictionary<string, List<NamedView>> found = new(StringComparer.Ordinal);
            foreach (string path in Directory.EnumerateFiles(room))
            {
                if (path.EndsWith(AtomicFile.UnfinishedSuffix, StringComparison.Ordinal))
                {
                    File.Delete(path);
                    continue;
                }

                if (StoredView.TryRead(path, out StoredView? stored) is { } view && PathOf(room, stored!.Dataset, view.Name) == path)
                {
                    state.Budget.Count(new FileInfo(path).Length);
                    (CollectionsMarshal.GetValueRefOrAddDefault(found, stored.Dataset, out _) ??= []).Add(view);
                }
            }

            _byDataset = found.ToDictionary(
                entry => entry.Key, entry => (IReadOnlyList<NamedView>)[.. entry.Value.OrderBy(view => view.Name, StringComparer.Ordinal)], StringComparer.Ordinal);
            return _byDataset;
        }
    }
}
