using System.Globalization;
using System.Text;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Hdf5.Tests.Corpus;

/// <summary>Real files of seven projects, held against what libhdf5 reads from them.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    private static readonly string Folder = Repository.PathOf("..", "shared", "corpus", "hdf5");
    private static readonly int[] ListedFilters = [1, 2, 3, 5, 6, 32000, 32001, 32004, 32008, 32015];

    [Fact]
    public async Task The_corpus_reads_as_libhdf5_reads_it()
    {
        if (!File.Exists(Path.Combine(Folder, "manifest.json")))
            Repository.SkipOrFail("the corpus of real files is not beside the repository");

        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, "manifest.json"), TestContext.Current.CancellationToken));
        Tally numbers = new("numeric datasets");
        Tally others = new("other datasets");
        Tally fileBytes = new("file bytes");
        Tally attributes = new("attributes");
        Tally files = new("files");
        foreach (JsonProperty file in manifest.RootElement.GetProperty("files").EnumerateObject())
            await CheckFileAsync(file, new(numbers, others, fileBytes, attributes, files));

        output.WriteLine(string.Join('\n', new[] { files, numbers, others, fileBytes, attributes }.Select(tally => tally.ToString())));
        Assert.All([files, numbers, others, fileBytes, attributes], tally => Assert.Empty(tally.Failures));
        Assert.True(numbers.Equal >= 0.97 * numbers.Listed, $"{numbers.Equal} of {numbers.Listed} numeric datasets are equal");
    }

    private static async Task CheckFileAsync(JsonProperty entry, Tallies tallies)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(Path.Combine(Folder, "files", entry.Name));
        Dictionary<string, Hdf5Object> objects = [];
        try
        {
            foreach (Hdf5Object found in Hdf5File.Open(handle, new()).ReadObjects())
            {
                foreach (string path in found.Aliases.Prepend(found.Path))
                    objects.TryAdd(path, found);
            }

            tallies.Files.Equals(true, entry.Name);
        }
        catch (Hdf5FormatException exception)
        {
            tallies.Files.Refused(exception.Message);
            if (!entry.Value.TryGetProperty("open_error", out _))
                tallies.Files.Failures.Add($"{entry.Name}: {exception.Message}");

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
                tallies.Files.Failures.Add($"{name} is missing");
                continue;
            }

            if (item.Value.TryGetProperty("kind", out JsonElement kind) && kind.GetString() == "dataset")
                await CheckDatasetAsync(name, item.Value, found, tallies);

            if (item.Value.TryGetProperty("attrs", out JsonElement attributes))
                await CheckAttributesAsync(name, attributes, found, tallies.Attributes);
        }
    }

    private static async Task CheckDatasetAsync(string name, JsonElement expected, Hdf5Object found, Tallies tallies)
    {
        string? scheme = expected.TryGetProperty("scheme", out JsonElement text) ? text.GetString() : null;
        bool isNumeric = scheme is "raw" or "probe";
        Tally tally = isNumeric ? tallies.Numbers : tallies.Others;
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
            await tallies.FileBytes.CheckAsync(name, async () => tallies.FileBytes.Equals(await CorpusDigests.FileBytesAsync(dataset) == digest.GetString(), name));
    }

    private static void CheckDescription(string name, JsonElement expected, Hdf5Dataset dataset, Tally tally)
    {
        string layout = expected.GetProperty("layout").GetString()!;
        string? index = expected.TryGetProperty("chunk_index", out JsonElement kind) ? kind.GetString() : null;
        if (dataset.Layout != layout || dataset.ChunkIndex != index)
            tally.Failures.Add($"{name}: layout {dataset.Layout} {dataset.ChunkIndex}");

        int[] filters = [.. expected.GetProperty("filters").EnumerateArray().Select(filter => filter[0].GetInt32())];
        if (!filters.SequenceEqual(dataset.Filters.Select(filter => filter.Id)))
            tally.Failures.Add($"{name}: filters {string.Join(',', dataset.Filters)}");

        if (expected.GetProperty("offset") is { ValueKind: JsonValueKind.Number } offset
            && dataset.ElementType is not null && dataset.Shape is not [0, ..] && dataset.TryLocate(0, 1, out long found) && found != offset.GetInt64())
            tally.Failures.Add($"{name}: at {found}");
    }

    private static async Task CheckAttributesAsync(string name, JsonElement expected, Hdf5Object found, Tally tally)
    {
        var attributes = found.ReadAttributes().ToDictionary(attribute => attribute.Name);
        foreach (JsonProperty item in expected.EnumerateObject())
        {
            if (item.Value.TryGetProperty("error", out _))
                continue;

            string full = $"{name} @{item.Name}";
            if (!attributes.TryGetValue(item.Name, out Hdf5Attribute? attribute) || attribute.Reason is not null)
            {
                tally.Failures.Add($"{full} is missing: {attribute?.Reason}");
                continue;
            }

            tally.Listed++;
            string digest = item.Value.GetProperty("sha256").GetString()!;
            bool isRaw = item.Value.GetProperty("scheme").GetString() == "raw";
            await tally.CheckAsync(full, async () =>
                tally.Equals((isRaw ? await CorpusDigests.RawAsync(attribute) : CorpusDigests.Json1(attribute)) == digest, full));
        }
    }

    private sealed record Tallies(Tally Numbers, Tally Others, Tally FileBytes, Tally Attributes, Tally Files);

    private sealed class Tally(string name)
    {
        private readonly SortedDictionary<string, int> _refused = [];
        private int _wrong;
        private int _crashed;

        public int Equal { get; private set; }

        public int Listed { get; set; }

        public List<string> Failures { get; } = [];

        public void Equals(bool isEqual, string item)
        {
            if (isEqual)
            {
                Equal++;
                return;
            }

            _wrong++;
            Failures.Add($"{item} is wrong");
        }

        public void Refused(string reason) => _refused[reason] = _refused.GetValueOrDefault(reason) + 1;

        /// <summary>A typed error while reading counts as a refusal; any other as a crash.</summary>
        public async Task CheckAsync(string item, Func<Task> check)
        {
            try
            {
                await check();
            }
            catch (Hdf5FormatException exception)
            {
                Refused($"{item}: {exception.Message}");
            }
            catch (Exception exception)
            {
                _crashed++;
                Failures.Add($"{item} crashed: {exception}");
            }
        }

        public override string ToString()
        {
            StringBuilder text = new();
            text.AppendLine(CultureInfo.InvariantCulture, $"{name}: {Equal} equal, {_refused.Values.Sum()} refused, {_wrong} wrong, {_crashed} crashed; {Listed} with listed filters");
            foreach ((string reason, int count) in _refused)
                text.AppendLine(CultureInfo.InvariantCulture, $"    {count,5} refused: {reason}");

            foreach (string failure in Failures)
                text.AppendLine(CultureInfo.InvariantCulture, $"    {failure}");

            return text.ToString();
        }
    }
}
