using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Microtome.Api.Telemetry;

/// <summary>
/// Listens to the server's meter and writes what it heard in Prometheus' text format 0.0.4. Series are bounded: routes are
/// templates, never paths. Safe for concurrent use.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private const int MaxSeries = 2000;

    /// <summary>Upper bounds in seconds: from a hot single row to a stream of an epoch.</summary>
    private static readonly double[] Buckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<SeriesKey, Series> _series = [];

    public PrometheusExporter(ServerMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (metrics.Has(instrument))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    public string Write()
    {
        _listener.RecordObservableInstruments();
        StringBuilder text = new();
        foreach (var group in _series.GroupBy(series => series.Key.Instrument).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            string name = group.Key.Name;
            string kind = group.Key switch
            {
                Histogram<double> => "histogram",
                Counter<long> or ObservableCounter<double> or ObservableCounter<long> or ObservableCounter<int> => "counter",
                _ => "gauge",
            };
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {group.Key.Description}\n# TYPE {name} {kind}\n");
            foreach (Series series in group.Select(series => series.Value).OrderBy(series => series.Labels, StringComparer.Ordinal))
            {
                series.Write(text, name);
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        StringBuilder labels = new();
        foreach ((string name, object? value) in tags)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
            text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            labels.Append(labels.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{name}=\"{text}\"");
        }

        return labels.ToString();
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // The labels become text once a series, not once a measurement.
        SeriesKey key = new(instrument, Value(tags, 0), Value(tags, 1), Value(tags, 2));
        if (!_series.TryGetValue(key, out Series? series))
        {
            if (_series.Count >= MaxSeries)
            {
                return;
            }

            series = _series.GetOrAdd(key, new Series(Labels(tags), instrument is Histogram<double> ? Buckets : []));
        }

        series.Take(value, adds: instrument is Counter<long> or Histogram<double>);
    }

    private static object? Value(ReadOnlySpan<KeyValuePair<string, object?>> tags, int at) => at < tags.Length ? tags[at].Value : null;

    /// <summary>An instrument and the values of its labels, of which none has more than three.</summary>
    private readonly record struct SeriesKey(Instrument Instrument, object? First, object? Second, object? Third);

    /// <summary>One line of numbers; for a histogram also how many fell below each bound.</summary>
    private sealed class Series(string labels, double[] bounds)
    {
        public string Labels => labels;

        private readonly Lock _lock = new();
        private readonly long[] _below = new long[bounds.Length];
        private double _sum;
        private long _count;

        public void Take(double value, bool adds)
        {
            lock (_lock)
            {
                _sum = adds ? _sum + value : value;
                _count++;
                for (int i = 0; i < bounds.Length; i++)
                {
                    _below[i] += value <= bounds[i] ? 1 : 0;
                }
            }
        }

        public void Write(StringBuilder text, string name)
        {
            lock (_lock)
            {
                string braces = labels.Length == 0 ? "" : $"{{{labels}}}";
                if (bounds.Length == 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{braces} {_sum}\n");
                    return;
                }

                string comma = labels.Length == 0 ? "" : ",";
                for (int i = 0; i < bounds.Length; i++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"{bounds[i]}\"}} {_below[i]}\n");
                }

                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {_count}\n{name}_sum{braces} {_sum}\n{name}_count{braces} {_count}\n");
            }
        }
    }
}
