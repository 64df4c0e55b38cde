using System.Diagnostics;
using System.Globalization;
using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>No server at all: NumPy or h5py on the file itself, in one process, whatever the number of connections.</summary>
internal sealed class LocalReader(string module, string? file) : Contender($"local {(module == "numpy" ? "NumPy" : module)}")
{
    public override string? Missing => file is not null && PythonTools.Has("numpy", module) ? null : $"python3 has no {module}";

    public override Sample Measure(Workload workload, TimeSpan span)
    {
        string[] arguments = [
            PythonTools.Script("local_reader.py"), module, file!, workload.BatchRows.ToString(CultureInfo.InvariantCulture), span.TotalSeconds.ToString(CultureInfo.InvariantCulture)];
        using Process process = PythonTools.Start(arguments, quiet: false, reads: true);
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n');
        process.WaitForExit();
        double[] totals = Numbers(lines[0]);
        return new(totals[1], (long)totals[0] * workload.BatchBytes, (long)totals[0], totals[2], 0, null, Numbers(lines[1]));
    }

    private static double[] Numbers(string line) =>
        [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
}
