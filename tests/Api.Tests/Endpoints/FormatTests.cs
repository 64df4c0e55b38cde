using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Every format against those who read it: NumPy, json, Pillow.</summary>
public sealed class FormatTests
{
    private const string MakeArrays = """
        import sys, numpy as np
        folder = sys.argv[1]
        rng = np.random.default_rng(3)
        for dtype in ['b1','u1','i1','u2','i2','u4','i4','u8','i8','f2','f4','f8','c8','c16']:
            for name, shape in (('s', ()), ('v', (7,)), ('m', (5, 3)), ('e', (0, 3)), ('z', (2, 0)), ('t', (4, 3, 2))):
                if dtype == 'b1': a = rng.integers(0, 2, size=shape).astype(dtype)
                elif dtype[0] in 'ui':
                    i = np.iinfo(dtype); a = rng.integers(i.min, i.max, size=shape, dtype=dtype, endpoint=True)
                else:
                    a = np.asarray(rng.standard_normal(shape) * 1000).astype(dtype)
                    if dtype[0] == 'c': a = np.asarray(a + 1j * rng.standard_normal(shape)).astype(dtype)
                    if a.size > 2: a.flat[0] = np.nan; a.flat[1] = np.inf; a.flat[2] = -np.inf
                    if a.size > 4: a.flat[3] = -0.0; a.flat[4] = np.finfo(dtype).tiny
                np.save(f'{folder}/{name}-{dtype}.npy', a)
        np.save(folder + '/grey.npy', rng.integers(0, 256, (30, 8, 9), dtype=np.uint8))
        np.save(folder + '/rgb.npy', rng.integers(0, 256, (7, 6, 5, 3), dtype=np.uint8))
        np.save(folder + '/rgba.npy', rng.integers(0, 256, (6, 5, 4), dtype=np.uint8))
        np.save(folder + '/deep.npy', rng.integers(0, 65536, (12, 11), dtype=np.uint16))
        np.save(folder + '/bits.npy', rng.integers(0, 2, (12, 11)).astype(bool))
        """;

    private const string Check = """
        import sys, io, json, math, urllib.request, warnings, numpy as np
        from PIL import Image
        folder, address = sys.argv[1:]
        warnings.simplefilter('ignore')
        def get(path):
            with urllib.request.urlopen(address + 'v1/datasets/' + path) as r: return r.read(), r.headers
        def number(v): return complex(number(v[0]), number(v[1])) if isinstance(v, list) else float(v) if isinstance(v, str) else v
        def flat(v, depth):
            if depth == 0: return [number(v)]
            return [x for item in v for x in flat(item, depth - 1)]
        checked = 0
        for kind in 'svmezt':
            for dtype in ['b1','u1','i1','u2','i2','u4','i4','u8','i8','f2','f4','f8','c8','c16']:
                name = f'{kind}-{dtype}'
                a = np.load(f'{folder}/{name}.npy')
                body, _ = get(f'{name}/arrays/data?format=npy')
                b = np.load(io.BytesIO(body)); assert b.dtype == a.dtype and b.shape == a.shape and b.tobytes() == a.tobytes(), name
                body, _ = get(f'{name}/arrays/data?format=json')
                values = json.loads(body, parse_constant=lambda c: 1/0)
                b = np.array(flat(values, a.ndim), dtype=a.dtype).reshape(a.shape)
                assert np.array_equal(a, b, equal_nan=a.dtype.kind in 'fc') and (a.dtype.kind != 'f' or np.array_equal(np.signbit(a), np.signbit(b))), (name, a, b)
                if a.dtype.kind == 'f' and a.size: assert all(isinstance(x, (float, str)) for x in (values if a.ndim == 1 else [])), name
                if a.ndim <= 2 and a.size:
                    body, headers = get(f'{name}/arrays/data?format=csv')
                    if a.dtype.kind in 'iub':
                        rows = [[int(x) for x in line.split(',')] for line in body.decode().splitlines()]
                        assert np.array_equal(np.array(rows, dtype=a.dtype).reshape(a.shape), a), name
                    else:
                        b = np.loadtxt(io.BytesIO(body), delimiter=',', dtype=complex if a.dtype.kind == 'c' else float, ndmin=2).astype(a.dtype).reshape(a.shape)
                        assert np.array_equal(a, b, equal_nan=True), (name, body)
                if a.ndim and len(a):
                    body, _ = get(f'{name}/rows?rows=0,-1,0&arrays=data,@rows&format=npz')
                    z = np.load(io.BytesIO(body))
                    assert sorted(z.files) == ['@rows', 'data'], z.files
                    assert z['data'].tobytes() == a[[0, -1, 0]].tobytes() and list(z['@rows']) == [0, len(a) - 1, 0], name
                    body, _ = get(f'{name}/rows?rows=0,-1,0&format=npy')
                    assert np.load(io.BytesIO(body)).tobytes() == a[[0, -1, 0]].tobytes()
                    body, _ = get(f'{name}/rows?rows=0,-1,0&format=json')
                    assert list(json.loads(body)) == ['data']
                checked += 1
        def sheet(cells, columns):
            n, h, w = cells.shape[:3]
            rows = math.ceil(n / columns)
            out = np.zeros((rows * h, columns * w) + cells.shape[3:], cells.dtype)
            for i in range(n): out[i // columns * h:(i // columns + 1) * h, i % columns * w:(i % columns + 1) * w] = cells[i]
            return out
        def picture(path):
            body, headers = get(path)
            return np.array(Image.open(io.BytesIO(body))), headers
        grey = np.load(folder + '/grey.npy'); p, h = picture('grey/arrays/data?format=png'); assert np.array_equal(p, sheet(grey, 6)) and h['X-Sheet'] == '6,8,9', h['X-Sheet']
        p, h = picture('grey/arrays/data?format=png&columns=7'); assert np.array_equal(p, sheet(grey, 7)) and h['X-Sheet'] == '7,8,9'
        p, _ = picture('grey/arrays/data?format=png&select=3'); assert np.array_equal(p, grey[3])
        rgb = np.load(folder + '/rgb.npy'); p, _ = picture('rgb/arrays/data?format=png'); assert np.array_equal(p, sheet(rgb, 3))
        rgba = np.load(folder + '/rgba.npy'); p, _ = picture('rgba/arrays/data?format=png'); assert np.array_equal(p, rgba)
        deep = np.load(folder + '/deep.npy'); p, _ = picture('deep/arrays/data?format=png'); assert np.array_equal(p.astype(np.uint16), deep)
        mask = np.load(folder + '/bits.npy'); p, _ = picture('bits/arrays/data?format=png'); assert np.array_equal(p, mask * np.uint8(255))
        print(checked)
        """;

    [Fact]
    public async Task Every_dtype_in_every_format_reads_back_equal()
    {
        Python.Require("numpy", "PIL");
        using TemporaryFolder folder = new();
        Python.Run(MakeArrays, folder.Path);
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        string output = await Task.Run(() => Python.Run(Check, folder.Path, server.Address.ToString()));
        Assert.Equal("84", output.Trim());
    }
}
