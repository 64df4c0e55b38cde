using System.Collections.Frozen;
using Microtome.Datasets.Formats;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Which datasets a set of open files makes (contract, section 1). A pure function: files whose names say which array they are
/// come together, every other file is a dataset of its own.
/// </summary>
internal static class Discovery
{
    /// <summary>What a lone array without a name is called.</summary>
    private const string LoneArray = "data";

    /// <summary>The parts into which one file's arrays may be divided: <c>x_train</c>, <c>y_test</c>.</summary>
    private static readonly FrozenSet<string> Parts =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "train", "val", "valid", "validation", "test", "dev");

    /// <summary>The datasets in the order in which they may claim their names: those put together from several files first, then by path.</summary>
    /// <param name="files">In path order.</param>
    public static List<DatasetPlan> Plan(IReadOnlyList<SharedFile> files)
    {
        Dictionary<string, List<(string Word, SharedFile File)>> groups = [];
        List<(SharedFile First, DatasetPlan Plan)> plans = [];
        Dictionary<string, (SharedFile First, string Name)> heads = [];
        foreach (SharedFile file in files)
        {
            if (file.Opened.Arrays.Count != 1 || !TryFit(file.Entry, out string key, out string name, out string word))
            {
                plans.AddRange(PlanAlone(file).Select(plan => (file, plan)));
                continue;
            }

            // The same word twice: the second of them is a member of another dataset, told apart by its extension.
            if (groups.TryGetValue(key, out var members) && members.Exists(member => member.Word.Equals(word, StringComparison.OrdinalIgnoreCase)))
            {
                key += "\t" + file.Entry.Extension;
            }

            if (!groups.TryGetValue(key, out members))
            {
                groups[key] = members = [];
                heads[key] = (file, name);
            }

            if (members.Exists(member => member.Word.Equals(word, StringComparison.OrdinalIgnoreCase)))
            {
                plans.AddRange(PlanAlone(file).Select(plan => (file, plan)));
                continue;
            }

            members.Add((word, file));
        }

        foreach ((string key, List<(string Word, SharedFile File)> members) in groups)
        {
            DatasetMember[] arrays = [.. members.Select(member => new DatasetMember(member.Word, member.File.Opened.Arrays[0], member.File))];
            plans.Add((heads[key].First, new(key, heads[key].Name, arrays)));
        }

        return [.. plans
            .OrderByDescending(plan => plan.Plan.Members.Count > 1 && plan.First.Format == "npy")
            .ThenBy(plan => plan.First.Entry.Relative, StringComparer.Ordinal)
            .Select(plan => plan.Plan)];
    }

    /// <summary>Whether the file's name says which array it is, of which dataset.</summary>
    private static bool TryFit(FileEntry entry, out string key, out string name, out string word)
    {
        string stem = entry.Stem;
        if (FieldWord.Is(stem))
        {
            // The folder names the dataset; at the top that is the data root itself.
            string[] folders = entry.Folders;
            string folder = folders is [.., var last] ? last : Path.GetFileName(entry.Root.TrimEnd(Path.DirectorySeparatorChar));
            name = DatasetName.Of(folders.SkipLast(1), folder);
            key = $"{entry.Root}\t{string.Join('/', folders)}\t";
            word = stem;
            return true;
        }

        bool fits = FieldWord.TrySplit(stem, out string rest, out word);
        name = DatasetName.Of(entry.Folders, rest);
        key = $"{entry.Root}\t{string.Join('/', entry.Folders)}\t{rest}";
        return fits;
    }

    private static IEnumerable<DatasetPlan> PlanAlone(SharedFile file)
    {
        string key = $"{file.Entry.Root}\t{file.Entry.Relative}\tfile";
        string name = DatasetName.Of(file.Entry.Folders, file.Entry.Stem);
        Dictionary<string, List<DatasetMember>> parts = new(StringComparer.OrdinalIgnoreCase);
        List<DatasetMember> whole = [];
        foreach (OpenedArray array in file.Opened.Arrays)
        {
            if (!array.Name.Contains('/', StringComparison.Ordinal) && FieldWord.TrySplit(array.Name, out string rest, out string word) && Parts.Contains(rest))
            {
                List<DatasetMember> part = parts.GetValueOrDefault(rest) ?? (parts[rest] = []);
                part.Add(new(word, array, file));
            }
            else
            {
                whole.Add(new(array.Name.Length == 0 ? LoneArray : array.Name, array, file));
            }
        }

        if (whole.Count > 0 || parts.Count == 0)
        {
            yield return new(key, name, whole);
        }

        foreach ((string part, List<DatasetMember> members) in parts.OrderBy(part => part.Key, StringComparer.Ordinal))
        {
            yield return new($"{key}\t{part}", $"{name}.{part}", [.. members.DistinctBy(member => member.Name)]);
        }
    }
}
