using System.Runtime.InteropServices;

namespace Microtome.Benchmarks;

/// <summary>What the figures were measured on, without the machine's name.</summary>
internal static class Machine
{
    public static string Describe() =>
        $"{Processor()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, Linux {Kernel()}, {RuntimeInformation.FrameworkDescription}";

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";

    /// <summary>Version numbers only: builds carry their makers' names.</summary>
    private static string Kernel() => $"{Environment.OSVersion.Version.Major}.{Environment.OSVersion.Version.Minor}";
}
