using System.Diagnostics;

namespace Microtome.Benchmarks.Contenders;

/// <summary>The system's python3 (or <c>MICROTOME_PYTHON</c>), for rivals and for files that only h5py can make.</summary>
internal static class PythonTools
{
    private static readonly Dictionary<string, bool> Modules = [];

    public static string Interpreter { get; } = Environment.GetEnvironmentVariable("MICROTOME_PYTHON") ?? "/usr/bin/python3";

    public static bool Has(params string[] modules) => modules.All(module =>
    {
        if (!Modules.TryGetValue(module, out bool has))
        {
            has = File.Exists(Interpreter) && Start(["-c", "import " + module], quiet: true) is var process && Wait(process);
            Modules[module] = has;
        }

        return has;
    });

    /// <summary>Where a script lies that is copied beside the program.</summary>
    public static string Script(string name) =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, name, SearchOption.AllDirectories).First();

    public static bool Run(string script, params string[] arguments) => Wait(Start([Script(script), .. arguments], quiet: false));

    public static Process Start(IEnumerable<string> arguments, bool quiet, bool reads = false)
    {
        ProcessStartInfo start = new(Interpreter, arguments) { RedirectStandardError = quiet, RedirectStandardOutput = quiet || reads };
        return Process.Start(start)!;
    }

    private static bool Wait(Process process)
    {
        using (process)
        {
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
