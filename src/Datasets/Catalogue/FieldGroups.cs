namespace Microtome.Datasets.Catalogue;

/// <summary>
/// Files of one array whose names say which array of which dataset they are: <c>train_images.npy</c> and <c>train_labels.npy</c>,
/// <c>images.npy</c> and <c>labels.npy</c> in a folder. Where a field is there twice, files of one extension stay together.
/// </summary>
internal sealed class FieldGroups
{
    private readonly Dictionary<(string Root, string Folder, string Stem), Group> _groups = [];

    /// <summary>Takes the file where it fits.</summary>
    public bool TryAdd(SharedFile file)
    {
        if (file.Opened.Arrays.Count != 1)
        {
            return false;
        }

        FileEntry entry = file.Entry;
        bool isWholeStem = FieldWord.Is(entry.Stem);
        string rest = "";
        string word = entry.Stem;
        if (!isWholeStem && !FieldWord.TrySplit(entry.Stem, out rest, out word))
        {
            return false;
        }

        string[] folders = entry.Folders;
        (string, string, string) key = (entry.Root, string.Join('/', folders), rest);
        if (!_groups.TryGetValue(key, out Group? group))
        {
            _groups[key] = group = new(isWholeStem ? NameOfFolder(entry) : DatasetName.Of(folders, rest), []);
        }

        group.Fields.Add((word, file));
        return true;
    }

    public IEnumerable<DatasetPlan> Plan()
    {
        foreach (Group group in _groups.Values)
        {
            foreach (List<(string Word, SharedFile File)> fields in Divide(group.Fields))
            {
                yield return new(group.Name, fields.Select(field => new DatasetMember(field.Word, field.File.Opened.Arrays[0], field.File)))
                {
                    IsGrouped = true,
                };
            }
        }
    }

    private sealed record Group(string Name, List<(string Word, SharedFile File)> Fields);

    /// <summary>At the top the folder is the data root itself.</summary>
    private static string NameOfFolder(FileEntry entry) => entry.Folders is [.. var above, var folder]
        ? DatasetName.Of(above, folder)
        : DatasetName.Of([], Path.GetFileName(Path.TrimEndingDirectorySeparator(entry.Root)));

    private static List<List<(string Word, SharedFile File)>> Divide(List<(string Word, SharedFile File)> fields)
    {
        if (fields.DistinctBy(field => field.Word, StringComparer.OrdinalIgnoreCase).Count() == fields.Count)
        {
            return [fields];
        }

        List<List<(string Word, SharedFile File)>> divided = [];
        foreach (var sameExtension in fields.GroupBy(field => field.File.Entry.Extension, StringComparer.OrdinalIgnoreCase))
        {
            int first = divided.Count;
            foreach ((string Word, SharedFile File) field in sameExtension)
            {
                // The first dataset of this extension that lacks the field takes it; where none does, it is the first of another.
                int free = divided.FindIndex(first, taken => !taken.Exists(other => other.Word.Equals(field.Word, StringComparison.OrdinalIgnoreCase)));
                if (free < 0)
                {
                    divided.Add([field]);
                }
                else
                {
                    divided[free].Add(field);
                }
            }
        }

        return divided;
    }
}
