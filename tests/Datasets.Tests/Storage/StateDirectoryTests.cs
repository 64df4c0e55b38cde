using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Storage;

public sealed class StateDirectoryTests
{
    private static readonly DiskSpace Roomy = new(1_000_000, 1_000_000);

    [Fact]
    public void It_is_created_when_first_needed_for_its_user_alone()
    {
        using TemporaryFolder folder = new();
        string home = folder.File("state");
        using StateDirectory state = Open(home);
        Assert.False(Directory.Exists(home));
        string room = state.OpenRoom("views");
        Assert.True(Directory.Exists(room));
        Assert.Equal(room, state.OpenRoom("views"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(home));
        }
    }

    [Fact]
    public void It_belongs_to_one_server_until_that_lets_go()
    {
        using TemporaryFolder folder = new();
        using StateDirectory second = Open(folder.File("state"));
        using (StateDirectory first = Open(folder.File("state")))
        {
            first.OpenRoom("jobs");
            StateUnavailableException refused = Assert.Throws<StateUnavailableException>(() => second.OpenRoom("jobs"));
            Assert.Contains("Another server", refused.Message, StringComparison.Ordinal);
            Assert.False(second.TryOpenRoom("jobs", out _));
        }

        Assert.True(second.TryOpenRoom("jobs", out _));
    }

    [Fact]
    public void Where_it_cannot_be_had_the_reason_is_given_and_no_path()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("state"), "a file stands in the way");
        using StateDirectory blocked = Open(folder.File("state"));
        StateUnavailableException refused = Assert.Throws<StateUnavailableException>(() => blocked.OpenRoom("jobs"));
        Assert.DoesNotContain(folder.Path, refused.Message, StringComparison.Ordinal);
        using StateDirectory homeless = Open(null);
        Assert.Throws<StateUnavailableException>(() => homeless.OpenRoom("jobs"));
    }

    [Fact]
    public void Its_limit_holds_and_what_is_released_can_be_had_again()
    {
        StateBudget budget = new(100, () => Roomy);
        budget.Reserve(60);
        Assert.False(budget.TryReserve(41));
        Assert.Throws<DiskFullException>(() => budget.Reserve(41));
        budget.Release(20);
        Assert.True(budget.TryReserve(41));
        Assert.Equal(81, budget.Used);
        Assert.False(budget.TryReserve(long.MaxValue));
    }

    [Fact]
    public void A_tenth_of_the_disk_stays_free()
    {
        DiskSpace disk = new(300, 1000);
        StateBudget budget = new(long.MaxValue, () => disk);
        Assert.False(budget.TryReserve(201));
        Assert.True(budget.TryReserve(200));
        disk = new(99, 1000);
        Assert.False(budget.TryReserve(1));
    }

    [Fact]
    public void Without_a_setting_the_limit_is_a_fifth_of_the_free_disk()
    {
        Assert.Equal(200_000, new StateBudget(null, () => Roomy).Limit);
        Assert.Equal(50_000_000_000, new StateBudget(null, () => new(long.MaxValue, long.MaxValue)).Limit);
    }

    [Fact]
    public void Caches_make_room_for_what_cannot_be_made_again()
    {
        StateBudget budget = new(100, () => Roomy);
        Stack<long> cached = new([30, 30, 30]);
        budget.Count(90);
        budget.AddEvictor(bytes =>
        {
            long freed = 0;
            while (freed < bytes && cached.TryPop(out long entry))
            {
                budget.Release(entry);
                freed += entry;
            }

            return freed;
        });
        budget.Reserve(45);
        Assert.Equal([30], cached);
        Assert.Equal(75, budget.Used);
        Assert.False(budget.TryReserve(101));
        Assert.Empty(cached);
    }

    [Fact]
    public void A_file_is_replaced_whole_or_not_at_all()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("job.json");
        AtomicFile.Write(file, "one"u8);
        AtomicFile.Write(file, "two"u8);
        Assert.Equal("two", File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFiles(folder.Path));
        string blocked = folder.File("blocked");
        Directory.CreateDirectory(blocked);
        Assert.ThrowsAny<Exception>(() => AtomicFile.Write(blocked, "three"u8));
        Assert.Equal([file], Directory.GetFiles(folder.Path));
    }

    private static StateDirectory Open(string? path) => new(path, new(100, () => Roomy));
}
