using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>The datasets of configuration: each array's file is opened wherever it lies.</summary>
internal static class ExplicitDatasets
{
    public static List<DatasetPlan> Plan(IReadOnlyList<ExplicitDataset> datasets, FileTable files, Dictionary<string, string> leftOut)
    {
        List<DatasetPlan> plans = [];
        foreach (ExplicitDataset dataset in datasets)
        {
            List<DatasetMember> members = [];
            foreach (ExplicitArray array in dataset.Arrays)
            {
                if (files.OpenOne(array.File, array.Format, leftOut) is { } file)
                {
                    if (Find(file.Opened, array.Inside) is { } opened)
                    {
                        members.Add(new(array.Name, opened, file));
                    }
                    else
                    {
                        leftOut[$"{dataset.Name}:{array.Name}"] = array.Inside is null
                            ? $"{file.Entry.Relative} holds {file.Opened.Arrays.Count} arrays; name one as {file.Entry.Relative}:/path"
                            : $"{file.Entry.Relative} holds no array {array.Inside}";
                    }
                }
            }

            plans.Add(new("configuration\t" + dataset.Name, dataset.Name, members, dataset.Version, dataset.Labels));
        }

        return plans;
    }

    private static OpenedArray? Find(OpenedFile file, string? inside)
    {
        if (inside is null)
        {
            return file.Arrays.Count == 1 ? file.Arrays[0] : null;
        }

        string name = inside.Trim('/');
        return file.Arrays.FirstOrDefault(array => array.Name == name || array.Aliases.Contains(name));
    }
}
