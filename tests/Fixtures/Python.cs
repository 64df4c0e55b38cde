using System.Collections.Concurrent;
using System.Diagnostics;

namespace Microtome.Fixtures;

/// <summary>
/// The oracle nobody here wrote: python3 with NumPy, h5py, Pillow or torch. The interpreter is <c>MICROTOME_PYTHON</c>, else the
/// first of python3 on the path and the system's own that has NumPy.
/// </summary>
internal static class Python
{
    private static readonly Lazy<string?> Interpreter = new(FindInterpreter);
    private static readonly ConcurrentDictionary<string, bool> Modules = new();

    /// <summary>Skips the running test (fails it under CI) unless python3 has these modules.</summary>
    public static void Require(params string[] modules)
    {
        if (Interpreter.Value is not { } python)
        {
            Repository.SkipOrFail("python3 with NumPy is not installed");
            return;
        }

        foreach (string module in modules)
        {
            if (!Modules.GetOrAdd(module, name => Start(python, "import " + name, []).ExitCode == 0))
            {
                Repository.SkipOrFail($"python3 has no module {module}");
            }
        }
    }

    /// <summary>Runs a script and returns what it printed; a failing script fails the test with its error output.</summary>
    public static string Run(string script, params string[] arguments)
    {
        Require();
        (int exitCode, string output, string error) = Start(Interpreter.Value!, script, arguments);
        Assert.True(exitCode == 0, $"python3 ended with {exitCode}: {error}");
        return output;
    }

    private static (int ExitCode, string Output, string Error) Start(string python, string script, string[] arguments)
    {
        ProcessStartInfo start = new(python) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static string? FindInterpreter()
    {
        string?[] candidates = [Environment.GetEnvironmentVariable("MICROTOME_PYTHON"), "python3", "/usr/bin/python3"];
        foreach (string? candidate in candidates)
        {
            try
            {
                if (candidate is not null && Start(candidate, "import numpy", []).ExitCode == 0)
                {
                    return candidate;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not installed: the next candidate.
            }
        }

        return null;
    }
}
