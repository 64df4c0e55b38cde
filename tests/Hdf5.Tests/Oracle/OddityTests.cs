using Microtome.Fixtures;
using Microtome.Hdf5.Filters;
using Microtome.Hdf5.Tests.Corpus;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>What people seldom write and readers get wrong, written by libhdf5 and held against what libhdf5 reads.</summary>
public sealed class OddityTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Odd_files_read_as_libhdf5_reads_them()
    {
        Python.Require("h5py");
        if (!OperatingSystem.IsLinux())
            Repository.SkipOrFail("the script finds libhdf5 as Linux shows it");

        using TemporaryFolder folder = new();
        foreach (string script in new[] { "oddities.py", "manifest.py" })
            Python.Run(await File.ReadAllTextAsync(Repository.PathOf("tests", "Hdf5.Tests", "Oracle", script), TestContext.Current.CancellationToken), folder.Path);

        CorpusTable table = new(folder.Path, new() { NativeCodecs = NativeCodecs.System });
        await table.CheckAsync();
        output.WriteLine(table.ToString());
        Assert.All(table.All, tally => Assert.Empty(tally.Failures));
    }
}
