using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microtome.Api.Limits;
using Microtome.Datasets.Catalogue;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sidecars;
using Microtome.Datasets.Views;
using Microtome.Hdf5.Reading;

namespace Microtome.Api.Telemetry;

/// <summary>What the server counts about itself, as instruments of one meter: names and units as Prometheus spells them.</summary>
internal sealed class ServerMetrics : IDisposable
{
    private readonly Meter _meter = new("Microtome");
    private readonly Counter<long> _requests;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _lent;
    private readonly Counter<long> _short;
    private readonly Histogram<double> _seconds;

    public ServerMetrics(ReadAdmission reads, StreamAdmission streams, DatasetCatalogue catalogue, ChunkCache chunks, SidecarStore sidecars, ViewEvaluator views)
    {
        _requests = _meter.CreateCounter<long>("microtome_requests_total", null, "Requests answered, by route, method and status.");
        _bytes = _meter.CreateCounter<long>("microtome_response_bytes_total", null, "Bytes of array bodies and streams written.");
        _lent = _meter.CreateCounter<long>("microtome_lent_bytes_total", null, "Of these, bytes that left from where their file is mapped, without a copy.");
        _short = _meter.CreateCounter<long>("microtome_short_answers_total", null, "Answers with little data, in memory, given by the thread that waits for all sockets.");
        _seconds = _meter.CreateHistogram<double>("microtome_request_seconds", null, "From a request's first byte to its answer's last, by route.");
        _meter.CreateObservableGauge("microtome_reads_active", () => reads.Active, null, "Answers that are reading data.");
        _meter.CreateObservableGauge("microtome_reads_waiting", () => reads.Waiting, null, "Answers that wait for their turn to read.");
        _meter.CreateObservableGauge("microtome_streams_open", () => streams.Open, null, "Open streams.");
        _meter.CreateObservableGauge("microtome_chunk_cache_bytes", () => chunks.Bytes, null, "Bytes of decoded chunks that are kept.");
        _meter.CreateObservableCounter("microtome_chunk_cache_hits_total", () => chunks.Hits, null, "Chunks that were there when asked for.");
        _meter.CreateObservableCounter("microtome_chunks_decoded_total", () => chunks.Misses, null, "Chunks decoded.");
        _meter.CreateObservableCounter("microtome_cold_read_bytes_total", () => ColdReaders.Shared.ReadBytes, null, "Bytes that answers waited for because they were not in memory.");
        _meter.CreateObservableCounter("microtome_hinted_bytes_total", () => ColdReaders.Shared.HintedBytes, null, "Bytes that the disk was asked for ahead of their step.");
        _meter.CreateObservableCounter("microtome_decoded_bytes_total", () => chunks.DecodedBytes, null, "Bytes decoded from chunks.");
        _meter.CreateObservableGauge("microtome_sidecar_bytes", () => sidecars.Bytes, null, "Bytes that decoded arrays take in the state directory.");
        _meter.CreateObservableGauge("microtome_sidecar_decoded_bytes", () => sidecars.Progress.Ready, null, "Bytes of the arrays in use that are decoded once for all.");
        _meter.CreateObservableGauge("microtome_sidecar_array_bytes", () => sidecars.Progress.All, null, "Bytes of the arrays in use that are being decoded once for all.");
        _meter.CreateObservableGauge("microtome_view_bytes", () => views.KeptBytes, null, "Bytes of memory that the rows of evaluated views take.");
        _meter.CreateObservableGauge("microtome_datasets", () => catalogue.Datasets.Count, null, "Datasets served.");
        _meter.CreateObservableGauge("microtome_private_memory_bytes", () => ProcessMemory.Read().PrivateBytes, null, "Memory of the server's own (RssAnon).");
        _meter.CreateObservableGauge("microtome_resident_memory_bytes", () => ProcessMemory.Read().ResidentBytes, null, "Resident memory, mapped files included.");
        _meter.CreateObservableCounter("microtome_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, null, "Processor time used.");
        _meter.CreateObservableCounter("microtome_gc_gen2_total", () => GC.CollectionCount(2), null, "Full garbage collections.");
        _meter.CreateObservableCounter("microtome_allocated_bytes_total", () => GC.GetTotalAllocatedBytes(), null, "Bytes allocated on the managed heap.");
    }

    /// <summary>Where others add what they count.</summary>
    public Meter Meter => _meter;

    /// <summary>Whether an instrument is this server's: a process may hold several servers.</summary>
    public bool Has(Instrument instrument) => instrument.Meter == _meter;

    public void AddBytes(long written, long lent)
    {
        _bytes.Add(written);
        _lent.Add(lent);
    }

    public void CountAnswer(bool isShort) => _short.Add(isShort ? 1 : 0);

    public void Record(string route, string method, int status, TimeSpan elapsed)
    {
        TagList byStatus = new() { { "route", route }, { "method", method }, { "status", status } };
        _requests.Add(1, byStatus);
        _seconds.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("route", route));
    }

    public void Dispose() => _meter.Dispose();
}
