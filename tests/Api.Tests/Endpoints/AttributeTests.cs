using System.Text.Json;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>The attributes of HDF5 objects as JSON, held against what h5py reads from them.</summary>
public sealed class AttributeTests
{
    /// <summary>Every kind that h5py writes, on the file itself (compact storage) and on an array (dense, where the format has it).</summary>
    private const string Make = """
        import sys, h5py, numpy as np
        def attributes(of, target):
            a = of.attrs
            for kind in ('u1', 'i1', '<u2', '>i2', '<i4', '>u4', '<i8', '>u8', '<f2', '>f4', '<f8', '>f8'):
                high = np.finfo(kind).max if 'f' in kind else np.iinfo(kind).max
                a['scalar ' + kind] = np.dtype(kind).type(high)
                a['row ' + kind] = np.array([0, 1, high], kind)
            a['grid'] = np.arange(6, dtype='<i2').reshape(2, 3)
            a['cube'] = np.arange(8.0).reshape(2, 2, 2)
            a['one'] = np.array([5])
            a['none'] = np.zeros(0, 'f4')
            a['odd floats'] = [np.nan, np.inf, -np.inf, -0.0, 0.1]
            a['third'] = np.float32(1 / 3)
            a['complex'] = np.array([1 + 2j, 3 - 4j])
            a['text'] = 'größer 日本'
            a['no text'] = ''
            a['ascii'] = np.bytes_('plain')
            a['texts'] = ['a', '', 'größer']
            a['fixed'] = np.array([b'ab', b'', b'abcdef'], 'S6')
            a['text grid'] = np.array([['a', 'b'], ['c', 'd']], object)
            a['yes'] = True
            a['flags'] = np.array([True, False, True])
            a.create('enum', 7, dtype=h5py.enum_dtype({'A': 0, 'C': 7}, 'u1'))
            a['empty'] = h5py.Empty('f4')
            a['empty text'] = h5py.Empty(h5py.string_dtype())
            a['reference'] = target.ref
            a['region'] = target.regionref[1:3]
            a['pair'] = np.array((1, 2.5, b'x'), [('n', 'i4'), ('x', '>f8'), ('label', 'S3')])
            a['pairs'] = np.array([(1, (2, 3)), (4, (5, 6))], [('n', 'i4'), ('in', [('p', 'u1'), ('q', 'f4')])])
            a.create('lists', np.array([np.arange(3), np.arange(1)], object), dtype=h5py.vlen_dtype('i4'))
            a.create('blocks', np.arange(24).reshape(2, 3, 4), shape=(2, 3, 4), dtype=np.dtype(('<i4', (3, 4))))
            a['opaque'] = np.void(b'\x01\xff\x00')
            a['large'] = np.arange(3000)
            a['large grid'] = np.arange(3000.0).reshape(100, 30)
            a['limit'] = np.arange(1024).reshape(32, 32)
            a['naïve "name"\n'] = 1
        for version in ('earliest', 'latest'):
            with h5py.File(f'{sys.argv[1]}/{version}.h5', 'w', libver=version) as f:
                f['x'] = np.arange(5); f.create_dataset('group/y', data=np.arange(5), chunks=(2,), compression='gzip')
                for of in (f, f['x'], f['group/y']): attributes(of, f['x'])
                if version == 'latest':
                    for i in range(150): f['x'].attrs[f'n{i}'] = i
        """;

    /// <summary>An object whose attributes together hold more than is told of one: 40 of 1,000 numbers, then 40 lists of 4,000.</summary>
    private const string Many = """
        import sys, h5py, numpy as np
        with h5py.File(sys.argv[1] + '/many.h5', 'w', libver='latest') as f:
            f['x'] = np.arange(5)
            for i in range(40): f['x'].attrs[f'a{i:02}'] = np.arange(1000)
            long = np.empty(1, object); long[0] = np.arange(4000)
            for name in ['a155'] + [f'b{i:02}' for i in range(40)]: f['x'].attrs.create(name, long, dtype=h5py.vlen_dtype('i4'))
        """;

    private const string Check = """
        import sys, json, urllib.request, h5py, numpy as np
        folder, address = sys.argv[1:]
        def number(value):
            value = float(value)
            return value if np.isfinite(value) else 'NaN' if np.isnan(value) else 'Infinity' if value > 0 else '-Infinity'
        def said(value):
            if isinstance(value, (h5py.Empty, h5py.Reference, h5py.RegionReference)): return None
            if isinstance(value, str): return value
            if isinstance(value, bytes): return value.decode()
            if isinstance(value, np.ndarray):
                plain = [said(item) for item in value]
                return plain if value.size <= 1024 else {'shape': list(value.shape), 'first': [said(item) for item in value.ravel()[:1024]]}
            if isinstance(value, np.void): return {name: said(value[name]) for name in value.dtype.names} if value.dtype.names else value.tobytes().hex()
            if isinstance(value, (bool, np.bool_)): return bool(value)
            if isinstance(value, np.complexfloating): return [number(value.real), number(value.imag)]
            return int(value) if isinstance(value, np.integer) else number(value)
        def same(got, expected):
            if isinstance(expected, list): return isinstance(got, list) and len(got) == len(expected) and all(map(same, got, expected))
            if isinstance(expected, dict): return isinstance(got, dict) and list(got) == list(expected) and all(same(got[name], expected[name]) for name in got)
            return got == expected and (isinstance(got, bool) == isinstance(expected, bool))  # JSON writes 1.0 as 1, but true is no number
        count = 0
        for version in ('earliest', 'latest'):
            with urllib.request.urlopen(f'{address}v1/datasets/{version}') as answer: detail = json.load(answer)
            arrays = {array['name']: array for array in detail['arrays']}
            with h5py.File(f'{folder}/{version}.h5') as f:
                for of, shown in ((f, detail), (f['x'], arrays['x']), (f['group/y'], arrays['group/y'])):
                    expected = {name: said(of.attrs[name]) for name in of.attrs}
                    got = shown['attributes']
                    assert list(got) == sorted(expected), (version, of, set(got) ^ set(expected))
                    for name in expected:
                        assert same(got[name], expected[name]), (version, of, name, got[name], expected[name])
                        count += 1
        print(count)
        """;

    [Fact]
    public async Task They_are_what_h5py_reads()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run(Make, folder.Path);
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        int compared = int.Parse(await Task.Run(() => Python.Run(Check, folder.Path, server.Address.ToString())), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(compared > 450, $"{compared} attributes");
    }

    [Fact]
    public async Task Together_they_take_bounded_space()
    {
        Python.Require("numpy", "h5py");
        using TemporaryFolder folder = new();
        Python.Run(Many, folder.Path);
        await using RunningServer server = await RunningServer.ServeAsync(folder.Path);
        using JsonDocument detail = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/datasets/many"));
        JsonElement attributes = detail.RootElement.GetProperty("arrays")[0].GetProperty("attributes");
        Assert.Equal(81, attributes.EnumerateObject().Count());
        Assert.Equal(1000, attributes.GetProperty("a15").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, attributes.GetProperty("a155").ValueKind);
        Assert.Equal(384, attributes.GetProperty("a16").GetProperty("first").GetArrayLength());
        Assert.Equal(0, attributes.GetProperty("a17").GetProperty("first").GetArrayLength());
        Assert.Equal(1000, attributes.GetProperty("a17").GetProperty("shape")[0].GetInt64());
        Assert.Equal(0, attributes.GetProperty("b39").GetProperty("first").GetArrayLength());
    }
}
