using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Compressed arrays are served as h5py reads them, whatever part of them is decoded already, and are decoded once.</summary>
public sealed class SidecarTests : IDisposable
{
    private const string Make = """
        import sys, numpy as np, h5py
        folder = sys.argv[1]; rng = np.random.default_rng(7)
        def make(name, x, **options):
            with h5py.File(f'{folder}/{name}.h5', 'w') as f: f.create_dataset('x', data=x, **options); f.create_dataset('y', data=np.arange(len(x)) % 10, chunks=(100,), compression='gzip')
        u = rng.integers(0, 50, (1500, 24, 20, 3)).astype('u1')
        make('whole', u, chunks=(64, 24, 20, 3), compression='gzip', shuffle=True)
        make('cut', u, chunks=(100, 7, 9, 2), compression='gzip')
        make('split', u, chunks=(100, 5, 5, 1))
        make('lzf', u, chunks=(32, 24, 20, 3), compression='lzf', fletcher32=True)
        make('big', rng.integers(-9999, 9999, (1500, 31)).astype('>i4'), chunks=(77, 31), compression='gzip', shuffle=True)
        make('half', rng.standard_normal((1500, 40)).astype('f2'), chunks=(1, 40), compression='gzip')
        make('flag', rng.integers(0, 2, (1500, 9)).astype(bool), chunks=(500, 4), compression='gzip')
        with h5py.File(f'{folder}/holes.h5', 'w') as f:
            x = f.create_dataset('x', (1500, 20), 'i2', chunks=(64, 20), compression='gzip', fillvalue=-7); x[200:300] = 5
            f.create_dataset('y', data=np.arange(1500), chunks=(100,), compression='gzip')
        """;

    private const string Check = """
        import sys, io, json, urllib.request, numpy as np, h5py
        folder, address, seed = sys.argv[1:]; rng = np.random.default_rng(int(seed))
        def get(path):
            with urllib.request.urlopen(address + 'v1/datasets' + path) as r: return r.read()
        def npy(path): return np.load(io.BytesIO(get(path)))
        for name in ('whole', 'cut', 'split', 'lzf', 'big', 'half', 'flag', 'holes'):
            with h5py.File(f'{folder}/{name}.h5') as f: x = f['x'][:]; y = f['y'][:]
            x = x.astype(x.dtype.newbyteorder('<')); n = len(x)
            for _ in range(4):
                rows = rng.integers(-n, n, 40)
                z = np.load(io.BytesIO(get(f'/{name}/rows?format=npz&rows=' + ','.join(map(str, rows)))))
                assert z['x'].dtype == x.dtype and np.array_equal(z['x'], x[rows]) and np.array_equal(z['y'], y[rows]), name
                a, b = sorted(rng.integers(0, n, 2))
                assert np.array_equal(npy(f'/{name}/arrays/x?select={a}:{b}'), x[a:b]), name
                assert np.array_equal(npy(f'/{name}/arrays/x?select={a}:{b}:3,2:9:2'), x[a:b:3, 2:9:2]), name
            order = npy(f'/{name}/epochs/2/order?seed={seed}')
            for step in rng.integers(0, n // 50, 6):
                assert np.array_equal(npy(f'/{name}/epochs/2/batches/{step}?batch_size=50&seed={seed}&format=npy&arrays=x'), x[order[step * 50:step * 50 + 50]]), name
            stream = io.BytesIO(get(f'/{name}/epochs/2/stream?batch_size=256&seed={seed}&format=npy&arrays=x'))
            assert all(np.array_equal(np.load(stream), x[order[i * 256:i * 256 + 256]]) for i in range(n // 256)), name
            whole = get(f'/{name}/arrays/x?format=raw'); assert whole == x.tobytes(), name
            part = urllib.request.urlopen(urllib.request.Request(address + f'v1/datasets/{name}/arrays/x?format=raw', headers={'Range': 'bytes=12345-23456'})).read()
            assert part == whole[12345:23457], name
        """;

    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _state = new();

    public void Dispose()
    {
        _data.Dispose();
        _state.Dispose();
    }

    [Fact]
    public async Task Bytes_are_those_of_h5py_on_every_path_and_each_chunk_is_decoded_once()
    {
        Python.Require("numpy", "h5py");
        Python.Run(Make, _data.Path);
        await using (RunningServer off = await RunningServer.ServeAsync(_data.Path, "--Microtome:Sidecars=false"))
        {
            Python.Run(Check, _data.Path, off.Address.ToString(), "1");
            Assert.True((await PlanAsync(off)).GetProperty("amplification").GetDouble() > 5);
            Assert.Equal(0, (await PlanAsync(off)).GetProperty("decoded").GetDouble());
        }

        await using (RunningServer server = await RunningServer.ServeAsync(_data.Path, State))
        {
            Assert.Equal(0, (await PlanAsync(server)).GetProperty("decoded").GetDouble());
            Python.Run(Check, _data.Path, server.Address.ToString(), "2");
            await CompleteAsync(server);
            double decoded = await MetricAsync(server, "microtome_decoded_bytes_total");
            Python.Run(Check, _data.Path, server.Address.ToString(), "3");
            Assert.Equal(decoded, await MetricAsync(server, "microtome_decoded_bytes_total"));
            Assert.Equal(1, (await PlanAsync(server)).GetProperty("amplification").GetDouble());
        }

        await using RunningServer again = await RunningServer.ServeAsync(_data.Path, State);
        Python.Run(Check, _data.Path, again.Address.ToString(), "4");
        Assert.Equal(0, await MetricAsync(again, "microtome_decoded_bytes_total"));
    }

    [Fact]
    public async Task An_epoch_under_exact_shuffle_decodes_the_file_once()
    {
        Python.Require("numpy", "h5py");
        Python.Run(Make, _data.Path);
        await using RunningServer server = await RunningServer.ServeAsync(_data.Path, State);
        long bytes = 0;
        for (int step = 0; step < 30; step++)
        {
            bytes += (await server.Client.GetByteArrayAsync($"/v1/datasets/whole/epochs/0/batches/{step}?batch_size=50&arrays=x&format=raw")).Length;
        }

        Assert.Equal(1500 * 24 * 20 * 3, bytes);
        await CompleteAsync(server);
        double decoded = await MetricAsync(server, "microtome_decoded_bytes_total");
        Assert.InRange(decoded, 0.99 * bytes, 1.1 * bytes); // The last chunk is decoded whole.
    }

    [Fact]
    public async Task Where_the_directory_is_another_server_s_or_has_no_room_everything_is_served()
    {
        Python.Require("numpy", "h5py");
        Python.Run(Make, _data.Path);
        await using RunningServer first = await RunningServer.ServeAsync(_data.Path, State);
        Python.Run(Check, _data.Path, first.Address.ToString(), "1");
        await using RunningServer second = await RunningServer.ServeAsync(_data.Path, State);
        Python.Run(Check, _data.Path, second.Address.ToString(), "2");
        Assert.Equal(0, await MetricAsync(second, "microtome_sidecar_bytes"));
        using TemporaryFolder small = new();
        await using RunningServer tight = await RunningServer.ServeAsync(
            _data.Path, $"--Microtome:StateDirectory={small.Path}", "--Microtome:Limits:StateBytes=1048576");
        Python.Run(Check, _data.Path, tight.Address.ToString(), "3");
        Python.Run(Check, _data.Path, tight.Address.ToString(), "4");
        Assert.InRange(await MetricAsync(tight, "microtome_sidecar_bytes"), 1, 1_200_000);
    }

    [Fact]
    public async Task A_server_killed_at_any_moment_leaves_nothing_wrong_behind()
    {
        Python.Require("numpy", "h5py");
        Python.Run(Make, _data.Path);
        Random random = new(11);
        for (int moment = 0; moment < 6; moment++)
        {
            await using (ServerProcess killed = await ServerProcess.StartAsync("--data", _data.Path, State))
            {
                // Decoding begins with the first of these, and goes on behind them.
                Task[] asked = [.. ((string[])["whole", "cut", "split", "big"]).Select(name => killed.Client.GetAsync($"/v1/datasets/{name}/rows?rows={random.Next(1500)},{random.Next(1500)}"))];
                await Task.WhenAny(Task.WhenAll(asked), Task.Delay(random.Next(20, 400)));
                await Task.Delay(random.Next(0, 60));
            }

            await using ServerProcess next = await ServerProcess.StartAsync("--data", _data.Path, State);
            Python.Run(Check, _data.Path, next.Client.BaseAddress!.ToString(), moment.ToString(CultureInfo.InvariantCulture));
            if (moment % 2 == 0)
            {
                foreach (string file in Directory.GetFiles(_state.Path, "*.rows", SearchOption.AllDirectories))
                {
                    File.Delete(file); // The next one is killed while it begins anew.
                }
            }
        }
    }

    private string State => $"--Microtome:StateDirectory={_state.Path}";

    private static async Task<JsonElement> PlanAsync(RunningServer server) =>
        await server.Client.GetFromJsonAsync<JsonElement>("/v1/datasets/whole/epochs/0/plan?batch_size=64&arrays=x");

    private static async Task CompleteAsync(RunningServer server)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (await MetricAsync(server, "microtome_sidecar_decoded_bytes") < await MetricAsync(server, "microtome_sidecar_array_bytes"))
        {
            Assert.True(DateTime.UtcNow < end, "the arrays were not decoded to their end");
            await Task.Delay(20);
        }
    }

    private static async Task<double> MetricAsync(RunningServer server, string name)
    {
        string text = await server.Client.GetStringAsync("/metrics");
        string line = text.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
