using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Storage;

public sealed class FileWritersTests
{
    [Fact]
    public void Who_has_the_file_open_for_writing_is_seen_and_only_then()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere the system does not tell who writes");
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("a"), [1]);
        using SafeFileHandle reader = Open(folder, FileAccess.Read);
        Assert.Equal(Writers.None, FileWriters.Of(reader));
        using (Open(folder, FileAccess.Read))
        {
            Assert.Equal(Writers.None, FileWriters.Of(reader));
        }

        using (Open(folder, FileAccess.Write))
        {
            Assert.Equal(Writers.Some, FileWriters.Of(reader));
        }

        Assert.Equal(Writers.None, FileWriters.Of(reader));
    }

    /// <summary>A lease that is in somebody's way is asked back by a signal, which must not end the process.</summary>
    [Fact]
    public void Looking_and_opening_do_not_disturb_each_other()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere the system does not tell who writes");
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("a"), [1]);
        using SafeFileHandle reader = Open(folder, FileAccess.Read);
        int seen = 0;
        Thread opening = new(() => // Of its own: the pool might run one loop after the other.
        {
            for (int opened = 0; opened < 20_000; opened++)
            {
                Open(folder, FileAccess.Write).Dispose();
            }
        });
        opening.Start();
        while (opening.IsAlive)
        {
            seen += FileWriters.Of(reader) == Writers.Some ? 1 : 0;
        }

        Assert.Equal(Writers.None, FileWriters.Of(reader));
        Assert.True(seen > 0, "nobody was seen");
    }

    private static SafeFileHandle Open(TemporaryFolder folder, FileAccess access) =>
        File.OpenHandle(folder.File("a"), FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
}
