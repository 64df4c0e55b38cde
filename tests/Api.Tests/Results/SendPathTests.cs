using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microtome.Api.Settings;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>Whatever way bodies leave (from the mapping, copied, through Kestrel with TLS or HTTP/2), they are the same bytes.</summary>
public sealed class SendPathTests : IDisposable
{
    private const int Rows = 400;
    private const int RowBytes = 27_648;

    private static readonly string[] Addresses =
    [
        "/v1/datasets/p/epochs/0/batches/0?batch_size=64&seed=3",
        "/v1/datasets/p/epochs/0/batches/1?batch_size=64&seed=3&arrays=x&format=raw",
        "/v1/datasets/p/epochs/0/batches/3?batch_size=128&tail=pad&format=safetensors",
        "/v1/datasets/p/epochs/0/batches/0?batch_size=64&arrays=y,x&format=npz",
        "/v1/datasets/p/epochs/0/batches/0?batch_size=400&order=sequential&arrays=x&format=raw",
        "/v1/datasets/p/rows?rows=7&arrays=x&format=raw",
        "/v1/datasets/p/rows?rows=7,7,0,399,-1,8,9,10",
        "/v1/datasets/p/rows?rows=1&arrays=y&format=npy",
        "/v1/datasets/p/rows?rows=1,5,2&arrays=y&format=json",
        "/v1/datasets/p/rows?rows=3,1&arrays=x,@rows",
        "/v1/datasets/p/arrays/x?format=raw",
        "/v1/datasets/p/arrays/x?select=3:200,5:90:2&format=npy",
        "/v1/datasets/p/arrays/x?select=[]&format=npy",
        "/v1/datasets/p/arrays/x?select=5,17:40&format=raw",
        "/v1/datasets/p/rows?rows=3,1,300&arrays=x&transform=x:cast(f4)|div(255)",
        "/v1/datasets/p/epochs/0/stream?batch_size=64&stop=3",
        "/v1/datasets/p/epochs/0/stream?batch_size=64&stop=2&format=npy",
    ];

    private readonly TemporaryFolder _folder = new();
    private string? _certificate;
    private readonly byte[] _data = new byte[Rows * RowBytes];

    public SendPathTests()
    {
        new Random(1).NextBytes(_data);
        File.WriteAllBytes(_folder.File("p_x.npy"), NpyFile.Make("|u1", $"({Rows}, 96, 96, 3)", _data));
        File.WriteAllBytes(_folder.File("p_y.npy"), NpyFile.Make("<i2", $"({Rows},)", _data.AsSpan(0, 2 * Rows)));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_way_carries_the_same_bytes()
    {
        byte[][] lent = await FetchAllAsync(HttpVersion.Version11);
        byte[][] copied = await FetchAllAsync(HttpVersion.Version11, "--Microtome:ZeroCopy=false");
        byte[][] old = await FetchAllAsync(HttpVersion.Version10);
        byte[][] framed = await FetchAllAsync(HttpVersion.Version20, "--Kestrel:EndpointDefaults:Protocols=Http2");
        byte[][] encrypted = await FetchAllAsync(HttpVersion.Version11, Encrypted());
        await using ServerProcess program = await ServerProcess.StartAsync("--data", _folder.Path);
        byte[][] once = await FetchAllAsync(program.Client);
        byte[][] again = await FetchAllAsync(program.Client); // By then some are expected to be short, and others found not to be.
        for (int i = 0; i < Addresses.Length; i++)
        {
            Assert.True(lent[i].AsSpan().SequenceEqual(once[i]), "the program: " + Addresses[i]);
            Assert.True(lent[i].AsSpan().SequenceEqual(again[i]), "the program, again: " + Addresses[i]);
            Assert.True(lent[i].AsSpan().SequenceEqual(copied[i]), "copied: " + Addresses[i]);
            Assert.True(lent[i].AsSpan().SequenceEqual(old[i]), "HTTP/1.0: " + Addresses[i]);
            Assert.True(lent[i].AsSpan().SequenceEqual(framed[i]), "HTTP/2: " + Addresses[i]);
            Assert.True(lent[i].AsSpan().SequenceEqual(encrypted[i]), "TLS: " + Addresses[i]);
        }

        Assert.Equal(_data, lent[10]);
        Assert.Equal(_data[(7 * RowBytes)..(8 * RowBytes)], lent[5]);
    }

    [Theory]
    [InlineData(true, "/v1/datasets/p/rows?rows=7,300&arrays=x&format=raw")]
    [InlineData(false, "/v1/datasets/p/rows?rows=7,300&arrays=x&format=raw")]
    [InlineData(true, "/v1/datasets/p/epochs/0/stream?batch_size=64&stop=2&arrays=x")]
    public async Task Rows_are_lent_where_that_is_set_and_else_copied(bool zeroCopy, string address)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux sends from a mapping.");
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path, $"--Microtome:ZeroCopy={zeroCopy}");
        byte[] body = await server.Client.GetByteArrayAsync(address);
        const string name = "\nmicrotome_lent_bytes_total ";
        string metrics = await server.Client.GetStringAsync("/metrics");
        int start = metrics.IndexOf(name, StringComparison.Ordinal);
        long lent = start < 0 ? 0 : long.Parse(metrics[(start + name.Length)..metrics.IndexOf('\n', start + 1)], System.Globalization.CultureInfo.InvariantCulture);

        // All but the end, which stays back until the files are checked, and headers.
        Assert.InRange(lent, zeroCopy ? body.Length * 9L / 10 : 0, zeroCopy ? body.Length : 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Single_ranges_are_cut_from_the_whole(bool zeroCopy)
    {
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path, $"--Microtome:ZeroCopy={zeroCopy}");
        string address = Addresses[0];
        byte[] whole = await server.Client.GetByteArrayAsync(address);
        Random random = new(2);
        (long From, long To)[] edges = [(0, 0), (whole.Length - 1, whole.Length - 1), (0, whole.Length - 1), (1, 4096), (whole.Length - 5000, whole.Length - 1)];
        foreach ((long from, long to) in edges.Concat(Enumerable.Range(0, 60).Select(_ => Pick(random, whole.Length))))
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            request.Headers.Range = new(from, to);
            HttpResponseMessage response = await server.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
            byte[] part = await response.Content.ReadAsByteArrayAsync();
            Assert.True(whole.AsSpan((int)from, (int)(to - from + 1)).SequenceEqual(part), $"{from}-{to}");
        }

        static (long, long) Pick(Random random, int length)
        {
            long from = random.Next(length);
            return (from, from + random.NextInt64(length - from));
        }
    }

    [Fact]
    public async Task A_wrong_setting_stops_the_start()
    {
        SettingsException error = await Assert.ThrowsAsync<SettingsException>(() => RunningServer.ServeAsync(_folder.Path, "--Microtome:ZeroCopy=maybe"));
        Assert.Contains("ZeroCopy", error.Message, StringComparison.Ordinal);
    }

    private async Task<byte[][]> FetchAllAsync(Version version, params string[] arguments)
    {
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path, arguments);
        using SocketsHttpHandler handler = new()
        {
            // Ours and no other: it was made a moment ago.
            SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == _certificate },
        };
        using HttpClient client = new(handler) { BaseAddress = server.Address, DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        return await FetchAllAsync(client);
    }

    private static async Task<byte[][]> FetchAllAsync(HttpClient client)
    {
        byte[][] bodies = new byte[Addresses.Length][];
        for (int i = 0; i < bodies.Length; i++)
        {
            HttpResponseMessage response = await client.GetAsync(Addresses[i]);
            bodies[i] = await response.Content.ReadAsByteArrayAsync();
            Assert.True(response.IsSuccessStatusCode, Addresses[i] + ": " + System.Text.Encoding.UTF8.GetString(bodies[i]));
            if (response.Content.Headers.ContentLength is { } length)
            {
                Assert.Equal(length, bodies[i].Length);
            }
        }

        return bodies;
    }

    /// <summary>The arguments that make the server's address an encrypted one, under a certificate of its own.</summary>
    private string[] Encrypted()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _certificate = certificate.GetCertHashString();
        string path = _folder.File("server.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12));
        return ["--Kestrel:Endpoints:Secret:Url=https://127.0.0.1:0", $"--Kestrel:Endpoints:Secret:Certificate:Path={path}"];
    }
}
