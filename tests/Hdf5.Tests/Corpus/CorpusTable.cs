using System.Globalization;
using System.Text.Json;

namespace Microtome.Hdf5.Tests.Corpus;

/// <summary>Holds a folder of files against its manifest of what libhdf5 reads from them.</summary>
/// <param name="folder">Holds <c>manifest.json</c> and <c>files</c>.</param>
/// <param name="options">How the files are read.</param>
internal sealed class CorpusTable(string folder, Hdf5Options options)
{
    private static readonly int[] ListedFilters = [1, 2, 3, 5, 6, 32000, 32001, 32004, 32008, 32015];

    public Tally Files { get; } = new("files");

    public Tally Numbers { get; } = new("numeric datasets");

    public Tally Others { get; } = new("other datasets");

    public Tally FileBytes { get; } = new("file bytes");

    public Tally Attributes { get; } = new("attributes");

    public IEnumerable<Tally> All => [Files, Numbers, Others, FileBytes, Attributes];

    public async Task CheckAsync()
    {
        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "manifest.json"), TestContext.Current.CancellationToken));
        foreach (JsonProperty file in manifest.RootElement.GetProperty("files").EnumerateObject())
            await CheckFileAsync(file);
    }

    public override string ToString() => string.Join('\n', All);

    private async Task CheckFileAsync(JsonProperty entry)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(Path.Combine(folder, "files", entry.Name));
        Dictionary<string, Hdf5Object> objects = [];
        try
        {
            foreach (Hdf5Object found in Hdf5File.Open(handle, options).ReadObjects())
            {
                foreach (string path in found.Aliases.Prepend(found.Path))
                    objects.TryAdd(path, found);
            }

            Files.Equals(true, entry.Name);
        }
        catch (Hdf5FormatException exception)
        {
            Files.Refused(exception.Message);
            if (!entry.Value.TryGetProperty("open_error", out _))
                Files.Failures.Add($"{entry.Name}: {exception.Message}");

            return;
        }

        if (!entry.Value.TryGetProperty("objects", out JsonElement expected))
            return;

        foreach (JsonProperty item in expected.EnumerateObject())
        {
            if (item.Value.TryGetProperty("error", out _) && !item.Value.TryGetProperty("kind", out _))
                continue;

            string name = $"{entry.Name} {item.Name}";
            if (!objects.TryGetValue(item.Name, out Hdf5Object? found))
            {
                Files.Failures.Add($"{name} is missing");
                continue;
            }

            if (item.Value.TryGetProperty("kind", out JsonElement kind) && kind.GetString() == "dataset")
                await CheckDatasetAsync(name, item.Value, found);

            if (item.Value.TryGetProperty("attrs", out JsonElement attributes))
                await CheckAttributesAsync(name, attributes, found);
        }
    }

    private async Task CheckDatasetAsync(string name, JsonElement expected, Hdf5Object found)
    {
        string? scheme = expected.TryGetProperty("scheme", out JsonElement text) ? text.GetString() : null;
        bool isNumeric = scheme is "raw" or "probe";
        Tally tally = isNumeric ? Numbers : Others;
        if (found is not Hdf5Dataset dataset)
        {
            tally.Failures.Add($"{name} is a {found.GetType().Name}: {(found as Hdf5Unreadable)?.Reason}");
            return;
        }

        tally.Listed += expected.GetProperty("filters").EnumerateArray().All(filter => ListedFilters.Contains(filter[0].GetInt32())) ? 1 : 0;
        if (!dataset.IsNull && !expected.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())
            .SequenceEqual(dataset.Shape.Take(expected.GetProperty("shape").GetArrayLength())))
            tally.Failures.Add($"{name}: shape {string.Join(',', dataset.Shape)}");

        CheckDescription(name, expected, dataset, tally);
        string? reason = isNumeric || dataset.Description.Storage is null ? dataset.Reason : null;
        if (reason is not null && !(dataset.IsNull && scheme == "json1"))
        {
            tally.Refused(reason);
            return;
        }

        await tally.CheckAsync(name, async () =>
        {
            switch (scheme)
            {
                case "raw" or "json1" when !expected.TryGetProperty("sha256", out _):
                    tally.Refused("libhdf5 does not read it either");
                    break;
                case "raw":
                    tally.Equals(await CorpusDigests.RawAsync(dataset) == expected.GetProperty("sha256").GetString(), name);
                    break;
                case "json1":
                    tally.Equals(await CorpusDigests.Json1Async(dataset) == expected.GetProperty("sha256").GetString(), name);
                    break;
                case "probe":
                    foreach (JsonProperty probe in expected.GetProperty("probes").EnumerateObject())
                    {
                        long row = long.Parse(probe.Name, CultureInfo.InvariantCulture);
                        tally.Equals(await CorpusDigests.RawAsync(dataset, row) == probe.Value.GetProperty("sha256").GetString(), $"{name} row {row}");
                    }

                    break;
            }
        });
        if (expected.TryGetProperty("filebytes_sha256", out JsonElement digest))
            await FileBytes.CheckAsync(name, async () => FileBytes.Equals(await CorpusDigests.FileBytesAsync(dataset) == digest.GetString(), name));
    }

    private static void CheckDescription(string name, JsonElement expected, Hdf5Dataset dataset, Tally tally)
    {
        string layout = expected.GetProperty("layout").GetString()!;
        string? index = expected.TryGetProperty("chunk_index", out JsonElement kind) ? kind.GetString() : null;
        if (dataset.Layout != layout || (index is not null && dataset.ChunkIndex != index))
            tally.Failures.Add($"{name}: layout {dataset.Layout} {dataset.ChunkIndex}");

        int[] filters = [.. expected.GetProperty("filters").EnumerateArray().Select(filter => filter[0].GetInt32())];
        if (!filters.SequenceEqual(dataset.Filters.Select(filter => filter.Id)))
            tally.Failures.Add($"{name}: filters {string.Join(',', dataset.Filters)}");

        if (expected.GetProperty("offset") is { ValueKind: JsonValueKind.Number } offset
            && dataset.ElementType is not null && dataset.Shape is not [0, ..] && dataset.TryLocate(0, 1, out long found) && found != offset.GetInt64())
            tally.Failures.Add($"{name}: at {found}");
    }

    private async Task CheckAttributesAsync(string name, JsonElement expected, Hdf5Object found)
    {
        var attributes = found.ReadAttributes().ToDictionary(attribute => attribute.Name);
        foreach (JsonProperty item in expected.EnumerateObject())
        {
            if (item.Value.TryGetProperty("error", out _))
                continue;

            string full = $"{name} @{item.Name}";
            if (!attributes.TryGetValue(item.Name, out Hdf5Attribute? attribute) || attribute.Reason is not null)
            {
                Attributes.Failures.Add($"{full} is missing: {attribute?.Reason}");
                continue;
            }

            Attributes.Listed++;
            string digest = item.Value.GetProperty("sha256").GetString()!;
            bool isRaw = item.Value.GetProperty("scheme").GetString() == "raw";
            await Attributes.CheckAsync(full, async () =>
                Attributes.Equals((isRaw ? await CorpusDigests.RawAsync(attribute) : CorpusDigests.Json1(attribute)) == digest, full));
        }
    }
}
