using System.Diagnostics;
using System.Globalization;

namespace Microtome.Api.Tests.Jobs;

/// <summary>A disk of a few kilobytes in memory, mounted on a folder until it is disposed. Whoever may not mount skips the test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    public SmallDisk(string folder, long bytes)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "tmpfs is Linux's.");
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", Size(bytes), "tmpfs", folder), "Only root may mount a small disk, and not in every container.");
    }

    public void Resize(long bytes) => Assert.True(Run("mount", "-o", "remount," + Size(bytes), _folder));

    public void Dispose() => Run("umount", _folder);

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"size={bytes}");

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // There is no such program.
        }
    }
}
