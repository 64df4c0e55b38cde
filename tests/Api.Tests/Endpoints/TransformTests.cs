using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Transforms over HTTP: NumPy's results, on slices, gathers, batches and streams alike, whole or in ranges.</summary>
public sealed class TransformTests
{
    private const string Make = """
        import sys, numpy as np
        folder = sys.argv[1]
        rng = np.random.default_rng(5)
        np.save(folder + '/p_x.npy', rng.integers(0, 256, (300, 20, 16, 3), dtype=np.uint8))
        np.save(folder + '/p_y.npy', rng.standard_normal((300, 4)).astype('f4'))
        """;

    private const string Check = """
        import sys, io, urllib.request, urllib.parse, numpy as np
        folder, address = sys.argv[1:]
        x = np.load(folder + '/p_x.npy'); y = np.load(folder + '/p_y.npy')
        def get(path, **headers):
            with urllib.request.urlopen(urllib.request.Request(address + 'v1/datasets/p' + path, headers=headers)) as r: return r.read()
        def npy(path): return np.load(io.BytesIO(get(path)))
        f = np.float32
        cases = [
            ('cast(f4)|div(255)', lambda a: a.astype('f4') / f(255)),
            ('cast(f2)', lambda a: a.astype('f2')),
            ('cast(f4)|scale(0.017,-1.3)', lambda a: a.astype('f4') * f(0.017) + f(-1.3)),
            ('cast(f4)|normalize(mean=120,121,122;std=50,51,52)', lambda a: (a.astype('f4') - np.array([120,121,122],f)) / np.array([50,51,52],f)),
            ('layout(nchw)', lambda a: np.moveaxis(a, -1, -3)),
            ('cast(f4)|div(255)|layout(nchw)', lambda a: np.moveaxis(a.astype('f4') / f(255), -1, -3)),
        ]
        rows = [5, 1, 299, 1]
        for text, oracle in cases:
            t = urllib.parse.quote(text)
            want = oracle(x[rows])
            got = npy(f'/rows?rows=5,1,-1,1&arrays=x&format=npy&transform=x:{t}')
            assert got.dtype == want.dtype and np.array_equal(got, want), text
            assert np.array_equal(npy(f'/arrays/x?select=10:50:3&transform={t}'), oracle(x[10:50:3])), text
            assert np.array_equal(npy(f'/arrays/x?select=7&transform={t}'), oracle(x[7])), text
            order = npy('/epochs/0/order?seed=3')
            assert np.array_equal(npy(f'/epochs/0/batches/2?batch_size=40&seed=3&arrays=x&format=npy&transform=x:{t}'), oracle(x[order[80:120]])), text
            whole = get(f'/arrays/x?select=0:30&format=raw&transform={t}')
            for a, b in ((0, 0), (1, 7), (1001, 5000), (len(whole) - 9, len(whole) - 1)):
                assert get(f'/arrays/x?select=0:30&format=raw&transform={t}', Range=f'bytes={a}-{b}') == whole[a:b + 1], text
        assert np.array_equal(npy('/arrays/y?transform=scale(2,1)|cast(i2)'), (y * f(2) + f(1)).astype('i2'))
        assert npy('/rows?rows=1,2&arrays=x&format=npy&select=x:2:10,2:10&transform=x:resize(4,4,area)').shape == (2, 4, 4, 3)
        print('good')
        """;

    [Fact]
    public async Task Results_equal_NumPys_by_every_road()
    {
        Python.Require("numpy");
        using TemporaryFolder folder = new();
        Python.Run(Make, folder.Path);
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        Assert.Equal("good", (await Task.Run(() => Python.Run(Check, folder.Path, server.Address.ToString()))).Trim());
    }
}
