using System.Diagnostics;
using System.Globalization;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>What the system can do at all: a C program that sends rows from a mapping by one sendmsg a batch.</summary>
internal sealed class RawLimit(DataSet data, string folder) : ServerContender(LimitName)
{
    /// <summary>What the others are compared with.</summary>
    public const string LimitName = "limit (sendmsg in C)";

    public override string? Missing => File.Exists("/usr/bin/cc") ? null : "there is no C compiler";

    public override long Fetch(HttpConnection connection, Workload workload, long number) =>
        connection.Get(string.Create(CultureInfo.InvariantCulture, $"/{workload.BatchRows}/{number}"));

    protected override ServerProcess Start()
    {
        string program = Path.Combine(folder, "raw");
        using (Process compiler = System.Diagnostics.Process.Start("cc", ["-O2", "-pthread", "-o", program, PythonTools.Script("raw.c")]))
        {
            compiler.WaitForExit();
        }

        int port = ServerProcess.FindPort();
        string[] numbers = [.. new long[] { DataSet.HeaderBytes, data.RowBytes, data.Rows }.Select(number => number.ToString(CultureInfo.InvariantCulture))];
        return ServerProcess.Start(port, program, [port.ToString(CultureInfo.InvariantCulture), data.NpyPath, .. numbers]);
    }
}
