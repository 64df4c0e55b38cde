using System.Security.Cryptography;
using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>HDF5 over HTTP: what h5py wrote comes out as it went in, by every road that .npy takes.</summary>
public sealed class Hdf5Tests
{
    private const string Make = """
        import sys, h5py, numpy as np
        folder = sys.argv[1]
        rng = np.random.default_rng(5)
        x = rng.integers(0, 256, (700, 12, 10, 3), dtype=np.uint8); y = np.arange(700) // 70
        with h5py.File(folder + '/plain.h5', 'w') as f:
            f['x'] = x; f['meta/site'] = (y % 3).astype('>i2'); f['y'] = y
            f['y'].attrs['classes'] = [f'class {i}' for i in range(10)]
            f['zz'] = f['y']; f['names'] = [b'a', b'bc']; f['link'] = h5py.ExternalLink('other.h5', '/x')
        for name, options in (('gzip', dict(compression='gzip', shuffle=True)), ('lzf', dict(compression='lzf')), ('raw', {}), ('checked', dict(fletcher32=True))):
            with h5py.File(f'{folder}/{name}.hdf5', 'w', libver='latest' if name == 'raw' else 'earliest') as f:
                f.create_dataset('x', data=x, chunks=(64, 12, 10, 3), **options); f.create_dataset('y', data=y, chunks=(50,), **options)
        with h5py.File(folder + '/pcam_test_x.h5', 'w') as f: f.create_dataset('x', data=x, chunks=(1, 12, 10, 3), compression='gzip')
        with h5py.File(folder + '/pcam_test_y.h5', 'w') as f: f.create_dataset('y', data=y.reshape(-1, 1, 1, 1).astype('u1'))
        with h5py.File(folder + '/one.h5', 'w') as f:
            for part in ('train', 'test'): f['x_' + part] = x[:100]; f['y_' + part] = y[:100]
        np.save(folder + '/x.npy', x)
        open(folder + '/broken.h5', 'wb').write(open(folder + '/plain.h5', 'rb').read()[:3000])
        """;

    private const string Check = """
        import sys, io, json, urllib.request, numpy as np
        folder, address = sys.argv[1:]
        x = np.load(folder + '/x.npy'); y = np.arange(700) // 70
        def get(path):
            with urllib.request.urlopen(address + 'v1/datasets' + path) as r: return r.read()
        def npy(path): return np.load(io.BytesIO(get(path)))
        names = [d['name'] for d in json.loads(get(''))['datasets']]
        assert set(names) >= {'plain', 'gzip', 'lzf', 'raw', 'checked', 'pcam_test', 'one.train', 'one.test'} and 'broken' not in names, names
        rng = np.random.default_rng(1)
        for name in ('plain', 'gzip', 'lzf', 'raw', 'checked', 'pcam_test', 'one.train'):
            n = 100 if name.startswith('one') else 700
            for _ in range(12):
                rows = rng.integers(-n, n, 40)
                got = npy(f'/{name}/rows?format=npy&arrays=x&rows=' + ','.join(map(str, rows)))
                assert np.array_equal(got, x[:n][rows]), name
                a, b, s = sorted(rng.integers(0, n, 2)) + [rng.integers(1, 9)]
                assert np.array_equal(npy(f'/{name}/arrays/x?select={a}:{b}:{s},2:9:3,::2'), x[:n][a:b:s, 2:9:3, ::2]), name
            for order in ('shuffle', 'window:3', 'sequential'):
                rows = npy(f'/{name}/epochs/4/order?order={order}&seed=2')
                assert np.array_equal(np.sort(rows), np.arange(n)), (name, order)
                z = np.load(io.BytesIO(get(f'/{name}/epochs/4/batches/1?order={order}&seed=2&batch_size=33&format=npz')))
                assert np.array_equal(z['x'], x[:n][rows[33:66]]) and np.array_equal(z['y'].ravel(), y[:n][rows[33:66]]), (name, order)
        detail = json.loads(get('/gzip'))
        a = {a['name']: a for a in detail['arrays']}
        assert a['x']['chunks'] == [64, 12, 10, 3] and a['x']['filters'] == ['shuffle', 'gzip 4'] and a['x']['storedBytes'] > 0
        detail = json.loads(get('/plain')); a = {a['name']: a for a in detail['arrays']}
        assert detail['labels'] == {'array': 'y', 'names': [f'class {i}' for i in range(10)]} and a['y']['aliases'] == ['zz'], detail
        assert not a['names']['servable'] and a['names']['reason'] and not a['link']['servable']
        assert np.array_equal(npy('/plain/arrays/meta/site'), y % 3) and np.array_equal(npy('/plain/arrays/meta%2Fsite'), y % 3)
        plan = json.loads(get('/gzip/epochs/0/plan?batch_size=64')); assert plan['amplification'] == 1 and plan['varianceInflation'] == 1, plan
        plan = json.loads(get('/gzip/epochs/0/plan?batch_size=64&order=window:3')); assert plan['amplification'] == 1 and plan['varianceInflation'] > 1, plan
        print('good')
        """;

    [Fact]
    public async Task What_h5py_wrote_is_served_by_every_road()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run(Make, folder.Path);
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        Assert.Equal("good", (await Task.Run(() => Python.Run(Check, folder.Path, server.Address.ToString()))).Trim());
    }

    [Fact]
    public async Task Sixteen_readers_at_once_receive_what_one_does()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run(Make, folder.Path);
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);

        // Together first: nothing is decoded yet, so that they meet at the same chunks.
        byte[][][] together = await Task.WhenAll(Enumerable.Range(0, 16).Select(reader => Task.Run(() => GatherAsync(server, reader))));
        for (int reader = 0; reader < together.Length; reader++)
        {
            byte[][] alone = await GatherAsync(server, reader);
            Assert.All(alone.Zip(together[reader]), pair => Assert.True(pair.First.AsSpan().SequenceEqual(pair.Second)));
        }
    }

    private static async Task<byte[][]> GatherAsync(RunningServer server, int seed)
    {
        Random random = new(seed);
        List<byte[]> bodies = [];
        foreach (string dataset in (string[])["gzip", "lzf", "checked", "raw", "gzip", "plain", "gzip"])
        {
            string rows = string.Join(',', Enumerable.Range(0, 48).Select(_ => random.Next(-700, 700)));
            bodies.Add(await server.Client.GetByteArrayAsync($"/v1/datasets/{dataset}/rows?arrays=x,y&rows={rows}"));
        }

        return [.. bodies];
    }

    [Fact]
    public async Task The_sample_as_HDF5_holds_what_the_sample_as_npy_does()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        foreach (string array in (string[])["images", "labels"])
        {
            byte[] npy = await server.Client.GetByteArrayAsync($"/v1/datasets/digits/arrays/{array}");
            byte[] hdf5 = await server.Client.GetByteArrayAsync($"/v1/datasets/digits-chunked/arrays/{array}");
            Assert.Equal(SHA256.HashData(npy), SHA256.HashData(hdf5));
        }

        using JsonDocument detail = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/digits-chunked"));
        Assert.Equal(10, detail.RootElement.GetProperty("labels").GetProperty("names").GetArrayLength());
    }
}
