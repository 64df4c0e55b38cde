using System.Globalization;
using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>Microtome over one file, as a trainer asks: batches of a shuffled epoch by address.</summary>
/// <param name="name">What it is called in the report.</param>
/// <param name="file">The file that is served (null: missing, with <paramref name="reason"/>).</param>
/// <param name="query">Further parameters of each request.</param>
/// <param name="reason">Why there is no file.</param>
/// <param name="settings">Settings of the server, as <c>--NAME=VALUE</c>.</param>
internal sealed class MicrotomeServer(string name, string? file, string query = "", string reason = "h5py is not installed", params string[] settings)
    : ServerContender(name)
{
    /// <summary>What a server calls the file that it is measured on.</summary>
    public const string Served = "served";

    /// <summary>What it calls the one that it gets used to its work on, where it has one.</summary>
    public const string Practice = "practice";

    public override string? Missing => file is null ? reason : null;

    public override long Fetch(HttpConnection connection, Workload workload, long number) => connection.Get(BatchPath(workload, number, query));

    public static string EpochPath(Workload workload, long epoch) =>
        string.Create(CultureInfo.InvariantCulture, $"/v1/datasets/{workload.Dataset}/epochs/{epoch}");

    protected override ServerProcess Start() => Start(file!, settings);

    /// <summary>Starts a server of one file's array.</summary>
    public static ServerProcess Start(string file, params string[] settings)
    {
        int port = ServerProcess.FindPort();
        ServerProcess server = ServerProcess.Start(port, "dotnet", [
            ServerPath, "--urls", $"http://127.0.0.1:{port}", Setting(Served, file), "--Logging:LogLevel:Default=Warning", .. settings]);
        using HttpConnection connection = new(port);
        while (!connection.GetText("/healthz/ready").Contains("\"ready\"", StringComparison.Ordinal))
        {
            Thread.Sleep(2);
        }

        return server;
    }

    /// <summary>A file's array as a dataset of this name.</summary>
    public static string Setting(string dataset, string file) => $"--Microtome:Datasets:{dataset}:x={file}";

    /// <summary>The server built in the same configuration as this program.</summary>
    public static string ServerPath { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Api", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Microtome.Api.dll"));

    protected override long? ReadAllocated()
    {
        using HttpConnection connection = new(Process.Port);
        const string metric = "microtome_allocated_bytes_total ";
        string text = connection.GetText("/metrics");
        int at = text.IndexOf("\n" + metric, StringComparison.Ordinal);
        return at < 0 ? null : (long)double.Parse(text.AsSpan(at + 1 + metric.Length, text.IndexOf('\n', at + 1) - at - 1 - metric.Length), CultureInfo.InvariantCulture);
    }

    public static string BatchPath(Workload workload, long number, string query) => string.Create(
        CultureInfo.InvariantCulture,
        $"{EpochPath(workload, number / workload.Steps)}/batches/{number % workload.Steps}?batch_size={workload.BatchRows}&seed=7{query}");
}
