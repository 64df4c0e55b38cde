using System.Globalization;

namespace Microtome.Api.Telemetry;

/// <summary>The process's memory in bytes: its own (RssAnon) and all that is resident. Elsewhere than on Linux both are the working set.</summary>
internal readonly record struct ProcessMemory(long PrivateBytes, long ResidentBytes)
{
    private const string Status = "/proc/self/status";

    public static ProcessMemory Read()
    {
        if (!OperatingSystem.IsLinux())
        {
            return new(Environment.WorkingSet, Environment.WorkingSet);
        }

        long own = 0;
        long resident = 0;
        foreach (string line in File.ReadLines(Status))
        {
            if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
            {
                own = Kilobytes(line);
            }
            else if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
            {
                resident = Kilobytes(line);
            }
        }

        return new(own, resident);
    }

    /// <summary><c>RssAnon:    1234 kB</c>.</summary>
    private static long Kilobytes(string line) =>
        1024 * long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
