namespace Microtome.Fixtures;

/// <summary>Where the repository lies, for tests that read its files or the corpus beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static bool InCi { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Skips the running test where something it needs is missing; under CI a missing thing is a failure.</summary>
    public static void SkipOrFail(string reason)
    {
        if (InCi)
        {
            Assert.Fail(reason + " (CI must have it)");
        }

        Assert.Skip(reason);
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Api.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Api.sln not found above " + AppContext.BaseDirectory);
    }
}
