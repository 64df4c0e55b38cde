namespace Microtome.Datasets.Catalogue;

/// <summary>Finds the array that holds each row's class: y, label(s) or target(s) with one element a row, numbers or texts.</summary>
internal static class LabelRule
{
    private static readonly string[] Names = ["y", "label", "labels", "target", "targets"];
    private static readonly string[] NameAttributes = ["classes", "label_names"];

    public static DatasetLabels? Find(IReadOnlyList<DatasetArray> arrays)
    {
        foreach (string name in Names)
        {
            foreach (DatasetArray array in arrays)
            {
                if (IsReadable(array) && array.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && array.Shape.Row.Count == 1)
                {
                    return new(array.Name, array.Texts is null ? ReadNames(array.Attributes) : null);
                }
            }
        }

        return null;
    }

    private static bool IsReadable(DatasetArray array) => array.IsAligned && (array.Source is not null || array.Texts is not null);

    private static List<string>? ReadNames(IReadOnlyDictionary<string, object?> attributes)
    {
        foreach (string attribute in NameAttributes)
        {
            switch (attributes.GetValueOrDefault(attribute))
            {
                case string text:
                    return [.. text.Split(',', StringSplitOptions.TrimEntries)];
                case IEnumerable<string> names:
                    return [.. names];
                case System.Collections.IEnumerable items when items.Cast<object?>().All(item => item is IConvertible):
                    return [.. items.Cast<IConvertible>().Select(item => item.ToString(System.Globalization.CultureInfo.InvariantCulture))];
            }
        }

        return null;
    }
}
