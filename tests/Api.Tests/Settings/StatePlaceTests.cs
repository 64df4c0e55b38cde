using Microtome.Api.Settings;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Settings;

public sealed class StatePlaceTests
{
    [Fact]
    public void A_place_within_a_data_root_or_around_one_stops_the_start()
    {
        using TemporaryFolder folder = new();
        foreach (string place in (string[])[folder.Path, folder.File("state"), Path.GetDirectoryName(folder.Path)!])
        {
            SettingsException refused = Assert.Throws<SettingsException>(() => StatePlace.Choose(place, [folder.Path], []));
            Assert.StartsWith("Microtome:StateDirectory", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(folder.Path + "-state", StatePlace.Choose(folder.Path + "-state/", [folder.Path], []));
    }

    [Fact]
    public void By_default_every_set_of_data_roots_has_a_place_of_its_own()
    {
        string? one = StatePlace.Choose(null, ["/data/a", "/data/b"], []);
        Assert.Equal(one, StatePlace.Choose(null, ["/data/b", "/data/a"], []));
        Assert.NotEqual(one, StatePlace.Choose(null, ["/data/a"], []));
        Assert.Equal("microtome", Path.GetFileName(Path.GetDirectoryName(one)));
    }

    [Fact]
    public async Task Another_servers_directory_is_left_alone_and_the_rest_is_served()
    {
        using TemporaryFolder state = new();
        await using RunningServer first = await RunningServer.StartAsync($"--Microtome:StateDirectory={state.Path}");
        await using RunningServer second = await RunningServer.StartAsync($"--Microtome:StateDirectory={state.Path}");
        Assert.Contains("digits", await second.Client.GetStringAsync("/v1/datasets"), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(state.Path));
    }
}
