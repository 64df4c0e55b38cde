using Microtome.Datasets.Transforms;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Transforms;

/// <summary>A case of a comparison with NumPy: rows of this shape and dtype (in NumPy's letters), made by NumPy, through this transform.</summary>
internal sealed record OracleCase(string Dtype, string Shape, string Transform);

/// <summary>
/// Runs cases through a naive NumPy implementation and through ours, and demands the same bits. NumPy makes the data from a seed:
/// extremes, subnormals, infinities and NaN included, but no float that the first cast to an integer leaves undefined.
/// </summary>
internal static class NumPyOracle
{
    /// <summary>Five rows: an odd number of elements, so that vectors and what lies behind them are both seen.</summary>
    private const int Rows = 5;

    private const string Script = """
        import sys, re, os, warnings
        import numpy as np
        warnings.simplefilter('ignore'); np.seterr(all='ignore')
        folder = sys.argv[1]
        rng = np.random.RandomState(20261124)

        def data(code, count):
            d = np.dtype(code)
            if d.kind == 'b': return rng.randint(0, 2, count).astype('?')
            if d.kind in 'ui':
                i = np.iinfo(d)
                x = np.frombuffer(rng.bytes(count * d.itemsize), d).copy()
                small = rng.rand(count) < .3
                x[small] = rng.randint(0, 100, count).astype(d)[small]
                edges = np.array([i.min, i.min + 1, 0, 1, i.max - 1, i.max] + [min(i.max, 2 ** k + j) for k in (8, 11, 24, 25, 31, 53, 54) for j in (-1, 0, 1, 2 ** max(0, k - 24) // 2 + 1)], dtype=object)
                x[:len(edges)] = edges[:count].astype(d)
                return x
            if d.kind == 'c': return (data('f%d' % (d.itemsize // 2), 2 * count)).view(d)
            bits = np.frombuffer(rng.bytes(count * d.itemsize), d).copy()
            usual = (rng.randn(count) * 10 ** rng.uniform(-3, 4, count)).astype(d)
            near_half = (rng.randint(0, 2 ** 12, count) / 2. ** 11 * 2. ** rng.randint(-26, 17, count) * (1 + rng.randint(-1, 2, count) * np.finfo('f8' if d.itemsize == 8 else 'f4').eps)).astype(d)
            x = np.where(rng.rand(count) < .4, bits, np.where(rng.rand(count) < .5, usual, near_half)).astype(d)
            f = np.finfo(d)
            edges = np.array([0., -0., 1, -1, f.max, f.min, f.tiny, -f.tiny, f.tiny / 2, np.inf, -np.inf, np.nan, .5, 1.5, 2.5, 65504, 65519.99, 65520, 2.**-24, 2.**-25, 2.**-25 * 1.0001, 255, 255.5, 256]).astype(d)
            x[:min(count, len(edges))] = edges[:count]
            x[np.isnan(x)] = np.nan
            return x

        def defined(x, to):
            t = np.dtype(to)
            if x.dtype.kind != 'f' or t.kind not in 'ui': return x
            i = np.iinfo(t)
            whole = np.trunc(x.astype('f8'))
            ok = np.isfinite(whole) & (whole >= float(i.min)) & (whole < float(i.max) + (1 if t.itemsize < 8 else 0))
            return np.where(ok, x, 0).astype(x.dtype)

        def numbers(text, d): return np.array([float(n) for n in text.split(',')]).astype(d)

        def run(x, text):
            first = None
            for op in text.split('|'):
                name, args = re.match(r'(\w+)\((.*)\)', op).groups()
                if name == 'cast': x = x.astype(args)
                elif name == 'div': x = x / x.dtype.type(float(args))
                elif name == 'scale': a, b = numbers(args, x.dtype); x = x * a + b
                elif name == 'normalize':
                    mean, std = [numbers(part.split('=')[1], x.dtype) for part in args.split(';')]
                    if first == 'nchw': mean, std = [c[:, None, None] if len(c) > 1 else c for c in (mean, std)]
                    x = (x - mean) / std
                elif name == 'layout': x = np.moveaxis(x, -1, 1) if args == 'nchw' else np.moveaxis(x, 1, -1); first = args
            return np.ascontiguousarray(x)

        for n, line in enumerate(open(os.path.join(folder, 'cases'))):
            code, shape, text = line.rstrip('\n').split(' ')
            shape = [5] + [int(s) for s in shape.split(',') if s]
            x = data(code, int(np.prod(shape))).reshape(shape)
            cast = re.match(r'cast\((\w+)\)', text)
            if cast: x = defined(x, cast.group(1))
            x.tofile(os.path.join(folder, '%d.in' % n))
            y = run(x, text)
            y.tofile(os.path.join(folder, '%d.out' % n))
            print(y.dtype.str, ','.join(str(s) for s in y.shape[1:]), sep=' ')
        """;

    public static void Check(IReadOnlyList<OracleCase> cases)
    {
        Python.Require("numpy");
        using TemporaryFolder folder = new();
        File.WriteAllLines(folder.File("cases"), cases.Select(one => $"{one.Dtype} {one.Shape} {one.Transform}"));
        string[] specs = Python.Run(Script, folder.Path).TrimEnd('\n').Split('\n');
        for (int i = 0; i < cases.Count; i++)
        {
            Check(cases[i], specs[i], File.ReadAllBytes(folder.File(i + ".in")), File.ReadAllBytes(folder.File(i + ".out")));
        }
    }

    private static void Check(OracleCase one, string spec, byte[] rows, byte[] expected)
    {
        BoundTransform bound = Transform.Parse(one.Transform).Bind(TestArrays.DtypeOf(one.Dtype), TestArrays.ShapeOf(one.Shape));
        Assert.Equal(spec.TrimEnd(), $"{bound.Dtype} {bound.Row}".TrimEnd());
        byte[] actual = new byte[Rows * bound.RowBytes];
        bound.Apply(rows, actual, Rows);
        TestArrays.AssertSameNumbers(expected, actual, bound.Dtype, one.ToString());
    }
}
