using Microtome.Datasets.Materialization;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Materialization;

/// <summary>Folders of made datasets: nothing lands beside them, and one that somebody changed stops nobody.</summary>
public sealed class MadeDatasetsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;

    public MadeDatasetsTests() => _state = new(_folder.File("state"), new(1 << 20, () => new(1L << 40, 1L << 40)));

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("../../out")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("")]
    public void A_name_that_leads_elsewhere_is_refused(string name)
    {
        MadeDatasets made = new(_state);
        string begun = made.Begin("j");
        Assert.Throws<ArgumentException>(() => made.Publish(begun, new(name, "j", "", [], null, null)));
        Assert.Empty(made.List());
        Assert.False(Path.Exists(_folder.File("out")));
    }

    [Fact]
    public void A_manifest_with_an_array_that_is_none_is_passed_over()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.File("state"), "materialized", "d")).FullName;
        File.WriteAllText(Path.Combine(folder, "dataset.json"), """{"name":"d","job":"j","boot":"","arrays":[null]}""");
        Assert.Empty(new MadeDatasets(_state).List());
        Assert.True(Directory.Exists(folder));
    }
}
