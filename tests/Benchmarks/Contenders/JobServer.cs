using System.Net.Http.Json;
using System.Text.Json;

namespace Microtome.Benchmarks.Contenders;

/// <summary>A server that does jobs, one after the other, with a state directory of its own.</summary>
internal sealed class JobServer : IDisposable
{
    private readonly ServerProcess _process;
    private readonly HttpClient _client;

    /// <param name="state">Where its jobs leave what they make.</param>
    /// <param name="settings">What it serves, as <c>--NAME=VALUE</c>.</param>
    public JobServer(string state, IEnumerable<string> settings)
    {
        int port = ServerProcess.FindPort();
        _process = ServerProcess.Start(port, "dotnet", [
            MicrotomeServer.ServerPath, "--urls", $"http://127.0.0.1:{port}", "--Microtome:StateDirectory=" + state, "--Logging:LogLevel:Default=Warning", .. settings]);
        _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        while (!Send(HttpMethod.Get, "/healthz/ready").IsSuccessStatusCode)
        {
            Thread.Sleep(10);
        }
    }

    /// <summary>Does a job; says how many seconds it ran, and the most private memory (bytes) that the server had meanwhile.</summary>
    /// <exception cref="InvalidDataException">It was refused, or failed.</exception>
    public (double Seconds, long PeakMemory) Run(object job)
    {
        JsonElement posted = Read(Send(HttpMethod.Post, "/v1/jobs", job));
        while (true)
        {
            JsonElement now = Read(Send(HttpMethod.Get, "/v1/jobs/" + posted.GetProperty("id").GetString()));
            switch (now.GetProperty("state").GetString())
            {
                case "succeeded":
                    return ((now.GetProperty("ended").GetDateTimeOffset() - now.GetProperty("started").GetDateTimeOffset()).TotalSeconds, now.GetProperty("peakMemory").GetInt64());
                case "failed" or "cancelled":
                    throw new InvalidDataException(now.ToString());
            }

            Thread.Sleep(5);
        }
    }

    /// <summary>Removes a dataset that a job made.</summary>
    public void Remove(string dataset) => Send(HttpMethod.Delete, "/v1/datasets/" + dataset).EnsureSuccessStatusCode();

    public void Dispose()
    {
        _client.Dispose();
        _process.Dispose();
    }

    private HttpResponseMessage Send(HttpMethod method, string path, object? body = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        return _client.Send(request);
    }

    private static JsonElement Read(HttpResponseMessage response)
    {
        using JsonDocument document = JsonDocument.Parse(response.Content.ReadAsStream());
        return response.IsSuccessStatusCode ? document.RootElement.Clone() : throw new InvalidDataException(document.RootElement.ToString());
    }
}
