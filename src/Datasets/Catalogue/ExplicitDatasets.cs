using Microtome.Datasets.Formats;
using Microtome.Datasets.Materialization;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// The datasets of configuration, and those that jobs have made. Each array's file is opened wherever it lies; a dataset is served once all its arrays are there,
/// since fewer than were asked for would be another dataset.
/// </summary>
internal sealed class ExplicitDatasets(CatalogueOptions options, MadeDatasets? made)
{
    private IReadOnlyList<ExplicitDataset> _datasets = options.Datasets;

    /// <summary>What configuration asks for that cannot be had, and why, by dataset.</summary>
    public Dictionary<string, string> Problems { get; } = [];

    /// <summary>The files that configuration names, as they are now; those that are not there are passed over.</summary>
    public IEnumerable<FileRequest> Request()
    {
        _datasets = [.. options.Datasets, .. ListMade()];
        foreach (ExplicitArray array in _datasets.SelectMany(dataset => dataset.Arrays))
        {
            if (TryRequest(array) is { } request)
            {
                yield return request;
            }
        }
    }

    public List<DatasetPlan> Plan(FileTable files)
    {
        Problems.Clear();
        List<DatasetPlan> plans = [];
        foreach (ExplicitDataset dataset in _datasets)
        {
            List<DatasetMember> members = [];
            foreach (ExplicitArray array in dataset.Arrays)
            {
                if (Find(array, files, out string problem) is { } member)
                {
                    members.Add(member);
                }
                else
                {
                    Problems[dataset.Name] = $"the dataset is not served: its array {array.Name} {problem}";
                }
            }

            if (members.Count == dataset.Arrays.Count && members.Count > 0)
            {
                plans.Add(new(dataset.Name, members) { IsConfigured = true, IsMade = dataset.IsMade, Version = dataset.Version, Labels = FindLabels(dataset, members) });
            }
        }

        return plans;
    }

    /// <summary>The names that discovery gives to nobody: those of configuration and of what jobs have made, served or not.</summary>
    public IEnumerable<string> Names => _datasets.Select(dataset => dataset.Name);

    private IEnumerable<ExplicitDataset> ListMade()
    {
        foreach ((MadeManifest manifest, string folder) in made?.List() ?? [])
        {
            // Configuration says what a name means; what was made under it waits until it is free again.
            if (options.Datasets.All(dataset => dataset.Name != manifest.Name))
            {
                yield return new(
                    manifest.Name,
                    [.. manifest.Arrays.Select(array => new ExplicitArray(array.Name, Path.Combine(folder, array.File)))],
                    Labels: manifest.LabelsArray is { } labels ? new(labels, manifest.LabelNames) : null)
                {
                    IsMade = true,
                };
            }
        }
    }

    private FileRequest? TryRequest(ExplicitArray array)
    {
        string path = Path.GetFullPath(array.File);
        if (LinkResolver.Resolve(Path.GetPathRoot(path)!, path) is not { } target || FileStatus.Of(target) is not { } status)
        {
            return null;
        }

        string? root = options.DataRoots.FirstOrDefault(root => LinkResolver.IsWithin(path, root));
        string relative = root is null ? Path.GetFileName(path) : Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
        return new(new(root ?? Path.GetDirectoryName(path)!, relative, path, target, status), array.Format);
    }

    private DatasetMember? Find(ExplicitArray array, FileTable files, out string problem)
    {
        problem = "";
        FileRequest? request = TryRequest(array);
        if (request is null || files.Find(request) is not { } file)
        {
            string? reason = request is null ? "there is no such file" : files.FindRefusal(request)?.Reason;
            problem = $"cannot be read from {array.File}: {reason ?? "it is being written"}";
            return null;
        }

        if (FindInside(file.Opened, array.Inside) is { } opened)
        {
            return new(array.Name, opened, file);
        }

        problem = array.Inside is null
            ? $"is one of {file.Opened.Arrays.Count} in {array.File}; say which, as {array.File}:/path"
            : $"is not in {array.File}, which has no array {array.Inside}";
        return null;
    }

    private DatasetLabels? FindLabels(ExplicitDataset dataset, List<DatasetMember> members)
    {
        if (dataset.Labels is { } labels && !members.Exists(member => member.Name == labels.Array))
        {
            Problems[dataset.Name] = $"its labels are said to be in the array {labels.Array}, which it does not have";
            return null;
        }

        return dataset.Labels;
    }

    private static OpenedArray? FindInside(OpenedFile file, string? inside)
    {
        if (inside is null)
        {
            return file.Arrays.Count == 1 ? file.Arrays[0] : null;
        }

        string name = inside.Trim('/');
        return file.Arrays.FirstOrDefault(array => array.Name == name || array.Aliases.Contains(name));
    }
}
