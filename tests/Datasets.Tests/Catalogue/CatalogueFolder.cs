using Microtome.Datasets.Arrays;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Formats.Npy;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Catalogue;

/// <summary>A data root of a test's own, called <c>root</c>, and the catalogue over it; scans are called by hand.</summary>
internal sealed class CatalogueFolder : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private DatasetCatalogue? _catalogue;

    public CatalogueFolder() => Directory.CreateDirectory(Root);

    public string Root => _folder.File("root");

    /// <summary>A folder beside the data root.</summary>
    public string Outside => Directory.CreateDirectory(_folder.File("outside")).FullName;

    public ManualClock Clock { get; } = new();

    public IReadOnlyList<string>? DataRoots { get; init; }

    public IReadOnlyList<ExplicitDataset> Configured { get; init; } = [];

    public List<CatalogueEvent> Events { get; } = [];

    public DatasetCatalogue Catalogue => _catalogue ??= new(new(DataRoots ?? [Root], Configured), [new NpyFormat(), Fake], Log, Clock);

    public FakeFormat Fake { get; } = new();

    /// <summary>A file below the data root.</summary>
    public string File(string relative) => Path.Combine(Root, relative);

    public void WriteNpy(string relative, string dtype, params long[] shape) => NpyFile.Write(File(relative), dtype, shape);

    /// <summary>A u1 array of zeros that takes no room on the disk, one element marked.</summary>
    public void WriteSparse(string relative, long length, DateTime modified, long mark = -1)
    {
        using (FileStream file = System.IO.File.Create(File(relative)))
        {
            file.Write(NpyFile.Header("|u1", length));
            if (mark >= 0)
            {
                file.Position = NpyFile.HeaderBytes + mark;
                file.WriteByte(1);
            }

            file.SetLength(NpyFile.HeaderBytes + length);
        }

        System.IO.File.SetLastWriteTimeUtc(File(relative), modified);
    }

    public void WriteFake(string relative, params string[] lines) => FakeFormat.Write(File(relative), lines);

    public void Link(string relative, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File(relative))!);
        System.IO.File.CreateSymbolicLink(File(relative), target);
    }

    /// <summary>Scans and says what is served: <c>name: array, array</c>, in name order.</summary>
    public async Task<string[]> ScanAsync()
    {
        await Catalogue.ScanAsync(TestContext.Current.CancellationToken);
        return [.. Catalogue.Datasets.Select(dataset => $"{dataset.Name}: {string.Join(", ", dataset.Arrays.Select(array => array.Name))}")];
    }

    public async Task<Dataset> ScanOneAsync()
    {
        await ScanAsync();
        return Assert.Single(Catalogue.Datasets);
    }

    /// <summary>Scans, then holds a dataset open.</summary>
    public async Task<DatasetLease> LeaseAsync(string dataset)
    {
        await ScanAsync();
        return Catalogue.TryAcquire(dataset) ?? throw new KeyNotFoundException(dataset);
    }

    /// <summary>Waits for what a running catalogue does by itself; the test's own time limit ends it.</summary>
    public static async Task UntilAsync(Func<bool> happened)
    {
        while (!happened())
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public async Task<string> VersionAsync(string dataset)
    {
        using DatasetLease lease = Catalogue.TryAcquire(dataset) ?? throw new KeyNotFoundException(dataset);
        return await lease.Dataset.GetVersionAsync(TestContext.Current.CancellationToken);
    }

    public static async Task<byte[]> ReadAsync(DatasetArray array)
    {
        IArraySource source = array.Source!;
        byte[] bytes = new byte[source.Spec.Bytes];
        await source.ReadAsync(0, source.Spec.Shape.Rows, Region.All(source.Spec.Shape.Row), bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>The messages about one dataset or file, taken out of the log.</summary>
    public string[] TakeEvents(string subject)
    {
        string[] messages = [.. Events.Where(happened => happened.Subject == subject).Select(happened => happened.Message)];
        Events.RemoveAll(happened => happened.Subject == subject);
        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        await Catalogue.DisposeAsync();
        _folder.Dispose();
    }

    private void Log(CatalogueEvent happened)
    {
        lock (Events)
        {
            Events.Add(happened);
        }
    }
}
