using Microtome.Fixtures;
using Microtome.Hdf5.Filters;

namespace Microtome.Hdf5.Tests.Corpus;

/// <summary>Real files of seven projects, held against what libhdf5 reads from them.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    /// <summary>Another folder of this kind may be named: <c>Oracle/manifest.py</c> makes the manifest of any files.</summary>
    private static readonly string Folder =
        Environment.GetEnvironmentVariable("MICROTOME_HDF5_CORPUS") ?? Repository.PathOf("..", "shared", "corpus", "hdf5");

    [Fact]
    public async Task The_corpus_reads_as_libhdf5_reads_it()
    {
        if (!File.Exists(Path.Combine(Folder, "manifest.json")))
            Repository.SkipOrFail("the corpus of real files is not beside the repository");

        CorpusTable table = new(Folder, new() { NativeCodecs = NativeCodecs.System });
        await table.CheckAsync();
        output.WriteLine(table.ToString());
        Assert.All(table.All, tally => Assert.Empty(tally.Failures));
        Assert.True(table.Numbers.Equal >= 0.97 * table.Numbers.Listed, $"{table.Numbers.Equal} of {table.Numbers.Listed} numeric datasets are equal");
    }
}
