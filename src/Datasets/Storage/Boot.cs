namespace Microtome.Datasets.Storage;

/// <summary>Since when the machine runs. What was written before it was started anew, and not brought to the disk, may be gone.</summary>
internal static class Boot
{
    private const string IdFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>Another one after each start of the machine; empty where the system does not tell.</summary>
    public static string Id { get; } = OperatingSystem.IsLinux() && File.Exists(IdFile) ? File.ReadAllText(IdFile).Trim() : "";
}
