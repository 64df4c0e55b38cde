namespace Microtome.Datasets.Catalogue;

/// <summary>What the log says of a dataset that is served or served anew: what became what, and what of it is not as one may expect.</summary>
internal static class Announcement
{
    private const int MaxArrays = 8;

    public static IEnumerable<CatalogueEvent> Of(Dataset dataset, DatasetPlan plan, bool isNew)
    {
        string arrays = Join(dataset.Arrays.Select(array => $"{array.Name} {array.Dtype} ({array.Shape})"));
        string files = Join(plan.Members.Select(member => member.File.Entry.Relative).Distinct());
        string otherwise = isNew && plan.IsGrouped ? $"; to group otherwise, change: {ConfigurationLine(plan)}" : "";
        yield return new(isNew ? CatalogueEventKind.Served : CatalogueEventKind.Replaced, dataset.Name, $"{dataset.Rows} rows: {arrays}, from {files}{otherwise}");

        bool isOneFile = plan.Members.All(member => member.File == plan.Members[0].File);
        foreach (DatasetArray array in dataset.Arrays)
        {
            if (array.Reason is { } reason)
            {
                yield return new(CatalogueEventKind.LeftOut, dataset.Name, $"the array {array.Name} is listed and not served: {reason}");
            }
            else if (!array.IsAligned && !isOneFile)
            {
                string line = isNew && plan.IsGrouped ? "" : $"; to group otherwise, change: {ConfigurationLine(plan)}";
                yield return new(
                    CatalogueEventKind.LeftOut,
                    dataset.Name,
                    $"the array {array.Name} has the shape ({array.Shape}), the dataset {dataset.Rows} rows: it is served by itself, not in rows and epochs{line}");
            }
        }
    }

    /// <summary>Command-line arguments that say by hand what the files' names said.</summary>
    private static string ConfigurationLine(DatasetPlan plan) => string.Join(' ', plan.Members.Select(member =>
    {
        string inside = member.Array.Name.Length > 0 ? ":/" + member.Array.Name : "";
        return $"--Microtome:Datasets:{plan.Name}:{member.Name}={member.File.Entry.FullPath}{inside}";
    }));

    private static string Join(IEnumerable<string> parts)
    {
        List<string> all = [.. parts];
        return all.Count <= MaxArrays ? string.Join(", ", all) : $"{string.Join(", ", all.Take(MaxArrays))} and {all.Count - MaxArrays} more";
    }
}
