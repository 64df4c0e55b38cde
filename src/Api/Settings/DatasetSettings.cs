using System.Collections.Immutable;
using System.Globalization;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Formats;

namespace Microtome.Api.Settings;

/// <summary>
/// <c>Microtome:Datasets</c>: name → array → file, or <c>file.h5:/path/inside</c>, or <c>{File, Dtype, Shape, Offset, Order}</c>
/// for a file without a header; beside the arrays a <c>Version</c> set by hand and <c>Labels: {Array, Names}</c>.
/// </summary>
internal static class DatasetSettings
{
    private const string VersionKey = "Version";
    private const string LabelsKey = "Labels";

    /// <exception cref="SettingsException">A dataset is not described so.</exception>
    public static IReadOnlyList<ExplicitDataset> Read(IEnumerable<SettingsReader> datasets, Func<RawLayout, IDatasetFormat> rawFormat) =>
        [.. datasets.Select(dataset => ReadDataset(dataset, rawFormat))];

    private static ExplicitDataset ReadDataset(SettingsReader dataset, Func<RawLayout, IDatasetFormat> rawFormat)
    {
        if (!DatasetName.IsValid(dataset.Key))
        {
            throw new SettingsException($"{dataset.Path}: a dataset's name is [A-Za-z0-9][A-Za-z0-9._-]*.");
        }

        List<ExplicitArray> arrays = [];
        foreach (SettingsReader array in dataset.Children())
        {
            if (array.Key.Equals(VersionKey, StringComparison.OrdinalIgnoreCase) || IsLabels(array))
            {
                continue;
            }

            arrays.Add(array.Value is { Length: > 0 } text ? ReadFile(array.Key, text) : ReadRaw(array, rawFormat));
        }

        return arrays.Count > 0
            ? new(dataset.Key, arrays, dataset.Text(VersionKey), ReadLabels(dataset.Child(LabelsKey)))
            : throw new SettingsException($"{dataset.Path} names no array.");
    }

    /// <summary>An array may be called labels, too: the setting is the object with the member Array.</summary>
    private static bool IsLabels(SettingsReader array) => array.Key.Equals(LabelsKey, StringComparison.OrdinalIgnoreCase) && array.Text("Array") is not null;

    private static DatasetLabels? ReadLabels(SettingsReader labels) =>
        labels.Text("Array") is { } array ? new(array, labels.List("Names") is { Length: > 0 } names ? names : null) : null;

    private static ExplicitArray ReadFile(string name, string text)
    {
        // file.h5:/path/inside; a drive's colon (C:\…) has no slash of this kind behind it on the systems that have drives.
        int inside = text.LastIndexOf(":/", StringComparison.Ordinal);
        return inside > 1
            ? new(name, Path.GetFullPath(text[..inside]), text[(inside + 1)..])
            : new(name, Path.GetFullPath(text));
    }

    private static ExplicitArray ReadRaw(SettingsReader array, Func<RawLayout, IDatasetFormat> rawFormat)
    {
        array.AllowOnly("File", "Dtype", "Shape", "Offset", "Order");
        string file = array.Text("File") ?? throw new SettingsException($"{array.Path}:File is missing.");
        if (!Dtype.TryParse(array.Text("Dtype"), out Dtype? dtype, out bool bigEndian))
        {
            throw new SettingsException($"{array.Path}:Dtype is '{array.Text("Dtype")}'; it is NumPy's spelling, as in <f4.");
        }

        ElementOrder order = array.Text("Order")?.ToUpperInvariant() switch
        {
            null or "C" => ElementOrder.C,
            "F" => ElementOrder.Fortran,
            string other => throw new SettingsException($"{array.Path}:Order is '{other}'; it is C or F."),
        };
        return new(array.Key, Path.GetFullPath(file), null, rawFormat(new(dtype, bigEndian, ReadShape(array), array.Number("Offset", 0, 0), order)));
    }

    private static Shape ReadShape(SettingsReader array)
    {
        string text = array.Text("Shape") ?? throw new SettingsException($"{array.Path}:Shape is missing.");
        var lengths = ImmutableArray.CreateBuilder<long>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            lengths.Add(long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                ? length
                : throw new SettingsException($"{array.Path}:Shape is '{text}'; it is whole numbers joined by commas, as in 70,5."));
        }

        return Shape.TryCount(lengths.ToArray(), out _) ? new(lengths.ToArray()) : throw new SettingsException($"{array.Path}:Shape is '{text}', which is too large.");
    }
}

/// <summary>What configuration says of a file without a header.</summary>
internal sealed record RawLayout(Dtype Dtype, bool BigEndian, Shape Shape, long Offset, ElementOrder Order);
