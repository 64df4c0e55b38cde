using System.Diagnostics;
using Microtome.Datasets.Catalogue;

namespace Microtome.Datasets.Tests.Catalogue;

public sealed class LinkTests
{
    [Fact]
    public async Task A_link_is_followed_when_its_final_target_lies_in_a_data_root()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy(".blobs/ab12", "|u1", 3);
        folder.WriteNpy("runs/3/scores.npy", "|u1", 4);
        folder.Link("snapshot/x.npy", "../.blobs/ab12");
        folder.Link("again.npy", folder.File("snapshot/x.npy"));
        folder.Link("latest", "runs/3");
        Assert.Equal(["again: data", "latest.scores: data", "runs.3.scores: data", "snapshot: x"], await folder.ScanAsync());
        Assert.DoesNotContain(folder.Events, happened => happened.Kind == CatalogueEventKind.LeftOut);
    }

    [Fact]
    public async Task A_link_out_of_the_roots_is_left_out_and_the_log_names_the_root_to_add()
    {
        await using CatalogueFolder folder = new();
        NpyFile.Write(Path.Combine(folder.Outside, "deep", "a.npy"), "|u1", 3);
        folder.Link("file.npy", Path.Combine(folder.Outside, "deep", "a.npy"));
        folder.Link("folder", "../outside");
        folder.Link("two_steps.npy", "folder/deep/a.npy");
        Assert.Empty(await folder.ScanAsync());
        Assert.EndsWith("add --data " + Path.Combine(folder.Outside, "deep"), Assert.Single(folder.TakeEvents(folder.File("file.npy"))), StringComparison.Ordinal);
        Assert.EndsWith("add --data " + folder.Outside, Assert.Single(folder.TakeEvents(folder.File("folder"))), StringComparison.Ordinal);
        Assert.EndsWith("add --data " + Path.Combine(folder.Outside, "deep"), Assert.Single(folder.TakeEvents(folder.File("two_steps.npy"))), StringComparison.Ordinal);

        await folder.ScanAsync();
        Assert.Empty(folder.Events);
    }

    [Fact]
    public async Task It_is_followed_once_that_root_is_added()
    {
        using Fixtures.TemporaryFolder files = new();
        NpyFile.Write(files.File("other/a.npy"), "|u1", 3);
        Directory.CreateDirectory(files.File("root"));
        File.CreateSymbolicLink(files.File("root/b.npy"), files.File("other/a.npy"));
        await using CatalogueFolder folder = new() { DataRoots = [files.File("root"), files.File("other")] };
        Assert.Equal(["a: data", "b: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task A_sibling_whose_name_begins_as_the_roots_is_outside()
    {
        using Fixtures.TemporaryFolder files = new();
        NpyFile.Write(files.File("root-old/a.npy"), "|u1", 3);
        Directory.CreateDirectory(files.File("root"));
        File.CreateSymbolicLink(files.File("root/b.npy"), files.File("root-old/a.npy"));
        await using CatalogueFolder folder = new() { DataRoots = [files.File("root")] };
        Assert.Empty(await folder.ScanAsync());
    }

    [Fact]
    public async Task Dots_after_a_link_are_taken_from_its_target_as_the_system_does()
    {
        await using CatalogueFolder folder = new();
        NpyFile.Write(Path.Combine(folder.Outside, "a.npy"), "|u1", 9);
        Directory.CreateDirectory(Path.Combine(folder.Outside, "inner"));
        folder.WriteNpy("a.npy", "|u1", 3);
        folder.Link("step", Path.Combine(folder.Outside, "inner"));
        folder.Link("b.npy", "step/../a.npy");
        Assert.Equal(["a: data"], await folder.ScanAsync());
    }

    [Fact]
    public async Task Circles_and_broken_links_are_left_out()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a/data.npy", "|u1", 3);
        folder.Link("a/up", "..");
        folder.Link("a/self", "self");
        folder.Link("a/one", "two");
        folder.Link("a/two", "one");
        folder.Link("a/here", ".");
        folder.Link("nowhere.npy", "missing.npy");
        Assert.Equal(["a: data"], await folder.ScanAsync());
        Assert.Contains("nowhere", Assert.Single(folder.TakeEvents(folder.File("nowhere.npy"))), StringComparison.Ordinal);
        Assert.Contains("circle", Assert.Single(folder.TakeEvents(folder.File("a/one"))), StringComparison.Ordinal);
        Assert.Contains("lies in", Assert.Single(folder.TakeEvents(folder.File("a/up"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_that_link_to_each_other_end()
    {
        await using CatalogueFolder folder = new();
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            folder.WriteNpy($"{name}/data.npy", "|u1", 3);
            foreach (string other in ((string[])["a", "b", "c", "d"]).Where(other => other != name))
            {
                folder.Link($"{name}/to_{other}", $"../{other}");
            }
        }

        // 4 folders, and every way through the others: 4 · (1 + 3 + 3·2 + 3·2·1).
        Assert.Equal(64, (await folder.ScanAsync()).Length);
    }

    [Fact]
    public async Task A_data_root_may_be_a_link_itself()
    {
        await using CatalogueFolder folder = new();
        NpyFile.Write(Path.Combine(folder.Outside, "a.npy"), "|u1", 3);
        File.CreateSymbolicLink(Path.Combine(folder.Outside, "b.npy"), "a.npy");
        folder.Link("root", folder.Outside);
        await using CatalogueFolder linked = new() { DataRoots = [folder.File("root")] };
        Assert.Equal(["a: data", "b: data"], await linked.ScanAsync());
    }

    [Fact]
    public async Task A_link_set_to_another_file_is_another_content()
    {
        await using CatalogueFolder folder = new();
        folder.WriteNpy("v1.npy", "|u1", 3);
        folder.WriteNpy("v2.npy", "|u1", 4);
        folder.Link("current.npy", "v1.npy");
        await folder.ScanAsync();
        Assert.Equal(3, folder.Catalogue.Datasets[0].Rows);

        folder.Link("next.npy", "v2.npy");
        File.Move(folder.File("next.npy"), folder.File("current.npy"), overwrite: true);
        await folder.ScanAsync();
        Assert.Equal(4, folder.Catalogue.Datasets[0].Rows);
    }

    [Fact]
    public async Task Pipes_and_sockets_are_never_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are made by mkfifo");
        await using CatalogueFolder folder = new();
        folder.WriteNpy("a.npy", "|u1", 3);
        using Process made = Process.Start("mkfifo", folder.File("pipe.npy"));
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["a: data"], await folder.ScanAsync());
        Assert.Contains("pipe", Assert.Single(folder.TakeEvents(folder.File("pipe.npy"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Very_deep_folders_end()
    {
        await using CatalogueFolder folder = new();
        string deep = string.Join('/', Enumerable.Repeat("d", 40));
        folder.WriteNpy(deep + "/a.npy", "|u1", 3);
        folder.WriteNpy(deep[..59] + "/b.npy", "|u1", 3);
        Assert.Equal([deep[..59].Replace('/', '.') + ".b: data"], await folder.ScanAsync());
        Assert.Contains(folder.Events, happened => happened.Message.Contains("deeper than 32", StringComparison.Ordinal));
    }
}
