using System.Globalization;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Load;

namespace Microtome.Benchmarks.Contenders;

/// <summary>
/// FastAPI + NumPy under uvicorn with uvloop and httptools, one worker a core. Tuned: glibc keeps freed memory instead of giving each batch back to the system,
/// which otherwise costs it more than all the rest.
/// </summary>
internal sealed class FastApiServer(DataSet data, bool isTuned) : ServerContender(isTuned ? TunedName : DefaultName)
{
    public const string DefaultName = "FastAPI + NumPy";
    public const string TunedName = "FastAPI + NumPy, malloc tuned";

    public override string? Missing =>
        PythonTools.Has("numpy", "fastapi", "uvicorn", "uvloop", "httptools") ? null : "python3 lacks fastapi, uvicorn, uvloop, httptools or numpy";

    public override long Fetch(HttpConnection connection, Workload workload, long number) => connection.Get(string.Create(
        CultureInfo.InvariantCulture,
        $"/epochs/{number / workload.Steps}/batches/{number % workload.Steps}?batch_size={workload.BatchRows}"));

    protected override ServerProcess Start()
    {
        int port = ServerProcess.FindPort();
        const string gibibyte = "1073741824";
        (string, string)[] tuning = isTuned ? [("MALLOC_MMAP_THRESHOLD_", gibibyte), ("MALLOC_TRIM_THRESHOLD_", gibibyte)] : [];
        return ServerProcess.Start(
            port,
            PythonTools.Interpreter,
            [
                "-m", "uvicorn", "fastapi_server:app", "--app-dir", Path.GetDirectoryName(PythonTools.Script("fastapi_server.py"))!, "--host", "127.0.0.1",
                "--port", port.ToString(CultureInfo.InvariantCulture), "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
            ],
            [("DATA_FILE", data.NpyPath), .. tuning]);
    }
}
