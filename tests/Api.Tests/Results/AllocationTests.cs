using System.Globalization;
using System.Text;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Results;

/// <summary>What a request allocates: little, whatever its size, and nothing that outlives it.</summary>
[Collection("alone")]
public sealed class AllocationTests : IDisposable
{
    private const int Rows = 2048;
    private const int RowBytes = 32 * 32 * 3;
    private const int MostBytes = 8 * 1024;

    /// <summary>Requests before the measured ones: what is made once is made then.</summary>
    private const int Warming = 100;

    private const int Measured = 100;

    /// <summary>Times that they are measured: whatever else the process does allocates too, but not each time.</summary>
    private const int Rounds = 3;

    private const string MakeHdf5 = """
        import sys, numpy as np, h5py
        x = np.random.default_rng(1).integers(0, 4, (2048, 32, 32, 3)).astype('u1')
        with h5py.File(sys.argv[1] + '/h.h5', 'w') as f:
            f.create_dataset('x', data=x, chunks=(64, 32, 32, 3), compression='gzip'); f.create_dataset('y', data=x[:, 0, 0, 0])
        """;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, int> Batches()
    {
        (string Dataset, string Query, string Setting)[] paths =
        [
            ("p", "", "ZeroCopy=true"),
            ("p", "", "ZeroCopy=false"),
            ("p", "&arrays=x&format=npy", "ZeroCopy=true"),
            ("p", "&order=window:8", "ZeroCopy=true"),
            ("p", "&view=where(y%20%3E%2010)|split(by=y,parts=0.9:0.1,take=0)&tail=keep", "ZeroCopy=true"),
            ("p", "&transform=x:cast(f4)", "ZeroCopy=true"),
            ("p", "&transform=x:cast(f4)|div(255)|normalize(mean=0.1,0.2,0.3;std=1,2,3)|layout(nchw)", "ZeroCopy=true"),
            ("p", "&select=x:4:20,::2", "ZeroCopy=true"),
            ("f", "", "ZeroCopy=true"),
            ("h", "", "Sidecars=false"),
            ("h", "&order=window:8", "Sidecars=false"),
            ("h", "", "Sidecars=true"),
            ("cold", "", "ZeroCopy=true"),
        ];
        TheoryData<string, string, int> cases = [];
        foreach ((string dataset, string query, string setting) in paths)
        {
            foreach (int batch in (int[])[8, 64, 1024])
            {
                cases.Add($"{dataset}/epochs/0/batches/{{0}}?batch_size={batch}&seed=3{query}", setting, batch);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public async Task A_batch_allocates_less_than_8_KB_whatever_its_size(string path, string setting, int batch)
    {
        MakeFiles(path[..path.IndexOf('/', StringComparison.Ordinal)]);
        int steps = path.StartsWith("cold", StringComparison.Ordinal) ? Warming + (Rounds * Measured) : Math.Min(Warming, 1 + ((Rows / 2) / batch));
        await RequireLittleAsync(setting, Enumerable.Range(0, steps).Select(step => string.Format(CultureInfo.InvariantCulture, path, step)), _ => MostBytes);
    }

    [Theory]
    [InlineData("p/arrays/x?select=10:40,:,::2")]
    [InlineData("p/arrays/x?select=5&transform=cast(f4)")]
    [InlineData("p/rows?rows=5,1,9,-1,5,7,3,2")]
    public Task A_slice_or_a_gather_allocates_less_than_8_KB(string path)
    {
        MakeFiles("p");
        return RequireLittleAsync("ZeroCopy=true", [path], _ => MostBytes);
    }

    /// <summary>The web server makes strings of a request's text: at most three of two bytes a character, and the numbers in it take eight bytes each.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(1024)]
    public Task A_long_list_of_rows_costs_its_text_beside(int rows)
    {
        MakeFiles("p");
        string list = string.Join(',', Enumerable.Range(0, rows).Select(i => i * 7 % Rows));
        return RequireLittleAsync("ZeroCopy=true", [$"p/rows?rows={list}"], request => MostBytes + (8 * request.Length));
    }

    [Fact]
    public async Task Many_requests_cause_no_full_collection_and_no_large_objects()
    {
        MakeFiles("p");
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path);
        using ThriftyClient client = await ThriftyClient.ConnectAsync(server.Address);
        byte[] request = Encoding.ASCII.GetBytes("GET /v1/datasets/p/epochs/0/batches/3?batch_size=64&arrays=x&transform=x:cast(f4) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        for (int i = 0; i < Warming; i++)
        {
            await client.ExchangeAsync(request);
        }

        GC.Collect();
        long large = LargeObjectBytes();
        int full = GC.CollectionCount(2);
        for (int i = 0; i < 5000; i++)
        {
            await client.ExchangeAsync(request);
        }

        Assert.Equal(full, GC.CollectionCount(2));
        Assert.Equal(large, LargeObjectBytes());
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Bytes of the large object heap, those that nobody holds any more included: a collection of the youngest looks at no others.</summary>
    private static long LargeObjectBytes()
    {
        GC.Collect(0);
        return GC.GetGCMemoryInfo(GCKind.Ephemeral).GenerationInfo[3].SizeAfterBytes;
    }

    private void MakeFiles(string dataset)
    {
        byte[] data = new byte[Rows * RowBytes];
        new Random(1).NextBytes(data);
        switch (dataset)
        {
            case "h":
                Python.Require("numpy", "h5py");
                Python.Run(MakeHdf5, _folder.Path);
                break;
            case "cold":
                // All hole: what has not been asked for is not in memory, and there is no disk to wait for.
                const int rows = 1024 * (Warming + (Rounds * Measured));
                using (FileStream file = File.Create(_folder.File("cold.npy")))
                {
                    file.Write(NpyFile.Make("|u1", $"({rows}, 32, 32, 3)", []));
                    file.SetLength(file.Length + ((long)rows * RowBytes));
                }

                break;
            case "f":
                File.WriteAllBytes(_folder.File("f_x.npy"), NpyFile.Make("<f4", $"({Rows}, 16, 16, 3)", data));
                break;
            default:
                File.WriteAllBytes(_folder.File("p_x.npy"), NpyFile.Make("|u1", $"({Rows}, 32, 32, 3)", data));
                File.WriteAllBytes(_folder.File("p_y.npy"), NpyFile.Make("|u1", $"({Rows},)", data.AsSpan(0, Rows)));
                break;
        }
    }

    private async Task RequireLittleAsync(string setting, IEnumerable<string> paths, Func<string, int> most)
    {
        await using RunningServer server = await RunningServer.ServeAsync(_folder.Path, $"--Microtome:{setting}");
        using ThriftyClient client = await ThriftyClient.ConnectAsync(server.Address);
        string[] texts = [.. paths.Select(path => $"GET /v1/datasets/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")];
        byte[][] requests = [.. texts.Select(Encoding.ASCII.GetBytes)];
        for (int i = 0; i < Warming; i++)
        {
            await client.ExchangeAsync(requests[i % requests.Length]);
        }

        GC.Collect(); // What earlier tests left behind is not this one's to collect.
        GC.WaitForPendingFinalizers();
        int full = GC.CollectionCount(2);
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Measured; i++)
            {
                await client.ExchangeAsync(requests[(Warming + (round * Measured) + i) % requests.Length]);
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Measured);
        }

        Assert.InRange(least, 1, most(texts[0]));
        Assert.Equal(full, GC.CollectionCount(2));
    }
}
