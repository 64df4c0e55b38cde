using System.Globalization;
using System.Text;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats.Npy;
using Microtome.Datasets.Profiles;
using Microtome.Datasets.Profiles.Measuring;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Profiles;

/// <summary>Every column and statistic of a profile, for every dtype and shape class, held against NumPy on the same file.</summary>
public sealed class ProfileOracleTests(ProfileOracleTests.Oracle oracle) : IClassFixture<ProfileOracleTests.Oracle>
{
    /// <summary>
    /// Argument: a folder with the cases, one a line: the dtype, how the numbers are made, the row's shape. Writes, in a folder a
    /// case, x.npy and what NumPy says of it: mean and std in f8 (of longdouble, so that NumPy's own rounding is no excuse), min,
    /// max, and the whole array's.
    /// </summary>
    private const string Script = """
        import os, sys, warnings, zlib
        import numpy as np
        warnings.simplefilter('ignore'); np.seterr(all='ignore')
        def run(folder, code, how, shape):
            said = open(folder + '/said', 'w')
            row = tuple(int(n) for n in shape.split(',') if n)
            rng = np.random.RandomState(zlib.crc32((code + shape + how).encode()) % 2**31)
            count = max(3, min(300, 300_000 // max(1, int(np.prod(row)))))
            d = np.dtype(code)
            size = (count,) + row
            if d.kind == 'b': x = rng.randint(0, 2, size).astype('?')
            elif d.kind in 'ui':
                x = np.frombuffer(rng.bytes(int(np.prod(size)) * d.itemsize), d).reshape(size).copy()
                if how == 'small': x = (x % np.array(7, d)).astype(d)
            else:
                x = rng.randn(*size).astype(d)
                if how == 'offset': x = (x.astype('f8') * 1e-3 + (1000 if d.itemsize == 2 else 1e6)).astype(d)
                if how == 'special':
                    flat = x.reshape(count, -1)
                    flat[0, 0] = np.nan
                    if flat.shape[1] > 1: flat[1, -1] = np.inf; flat[2, 0] = np.inf; flat[2, -1] = -np.inf
            x[-1] = x[0]
            np.save(folder + '/x.npy', x)
            flat = x.reshape(count, -1)
            wide = flat.astype('g')
            np.mean(wide, axis=1).astype('f8').tofile(folder + '/mean')
            np.std(wide, axis=1).astype('f8').tofile(folder + '/std')
            flat.min(axis=1).tofile(folder + '/min')
            flat.max(axis=1).tofile(folder + '/max')
            def text(v): return repr(float(v)) if d.kind == 'f' else str(int(v))
            channels = None
            if len(row) == 2: channels = wide.reshape(-1, 1)
            elif len(row) == 3 and row[2] <= 4: channels = wide.reshape(-1, row[2])
            elif len(row) == 3 and row[0] <= 4: channels = np.moveaxis(wide.reshape(size), 1, -1).reshape(-1, row[0])
            print(x.size, text(x.min()), text(x.max()), repr(float(wide.mean())), repr(float(wide.std())), file=said)
            print('' if channels is None else ' '.join(repr(float(v)) for v in channels.mean(axis=0)), file=said)
            print('' if channels is None else ' '.join(repr(float(v)) for v in channels.std(axis=0)), file=said)
            if flat.shape[1] == 1:
                values, rows = np.unique(x, return_counts=True)
                print(' '.join('%s:%d' % (text(v), n) for v, n in zip(values, rows)), file=said)
            else: print('-', file=said)
            said.close()

        for number, line in enumerate(open(sys.argv[1] + '/cases')):
            folder = sys.argv[1] + '/%d' % number
            os.mkdir(folder)
            run(folder, *line.rstrip('\n').split(' '))
        """;

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            TheoryData<string, string, string> cases = [];
            foreach (Dtype dtype in Dtype.All.Where(dtype => dtype.Kind != DtypeKind.Complex))
            {
                foreach (string shape in (string[])["", "1", "5", "8,8", "9,7,3", "7,5,2", "6,6,4", "3,9,11", "2,3,5,7"])
                {
                    cases.Add(dtype.Code, shape, "any");
                }
            }

            foreach (string code in (string[])["f2", "f4", "f8"])
            {
                foreach (string shape in (string[])["", "4", "33", "40,40,3", "3,20,20"])
                {
                    cases.Add(code, shape, "special");
                    cases.Add(code, shape, "offset");
                }
            }

            foreach (string code in (string[])["u1", "b1", "i2", "f4", "f8", "u8"])
            {
                // Rows larger than a piece: with channels in turn, apart, and none.
                cases.Add(code, "450,400,3", "any");
                cases.Add(code, "3,400,450", "any");
                cases.Add(code, "500001", "any");
            }

            foreach (string code in (string[])["u1", "i1", "u4", "i8", "u8"])
            {
                cases.Add(code, "", "small");
                cases.Add(code, "1,1,1", "small");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Columns_and_statistics_are_what_numpy_says(string code, string shape, string how)
    {
        Python.Require("numpy");
        using TemporaryFolder state = new();
        string folder = oracle.FolderOf(code, shape, how);
        string[] said = File.ReadAllLines(Path.Combine(folder, "said"));
        using DataFile file = DataFile.Open(Path.Combine(folder, "x.npy"));
        IArraySource source = new NpyFormat().Open(file).Arrays.Single().Source!;
        ComputedColumns columns = ColumnsIn(state);
        long told = 0;
        await columns.ComputeAsync(new("v", "x"), source, () => true, done => told = done, CancellationToken.None);
        Assert.Equal(source.Spec.Bytes, told);

        byte[] Read(string column)
        {
            using IArraySource opened = columns.Find("v", "x." + column)!;
            byte[] bytes = new byte[opened.Spec.Bytes];
            Assert.True(opened.TryLocate(0, opened.Spec.Shape.Rows, out FileRun run));
            run.CopyTo(0, bytes);
            return bytes;
        }

        double scale = Scale(folder, source.Spec.Dtype);
        AssertClose(File.ReadAllBytes(Path.Combine(folder, "mean")), Read("mean"), scale);
        AssertClose(File.ReadAllBytes(Path.Combine(folder, "std")), Read("std"), scale);
        AssertSameExtremes(File.ReadAllBytes(Path.Combine(folder, "min")), Read("min"), source.Spec.Dtype);
        AssertSameExtremes(File.ReadAllBytes(Path.Combine(folder, "max")), Read("max"), source.Spec.Dtype);
        AssertHashes(File.ReadAllBytes(Path.Combine(folder, "x.npy")).AsSpan()[^(int)source.Spec.Bytes..], Read("hash"), (int)source.Spec.RowBytes);
        AssertStatistics(said, columns.FindStatistics("v", "x")!, scale);
    }

    internal static ComputedColumns ColumnsIn(TemporaryFolder folder, Func<string, bool>? isServed = null) =>
        new(new StateDirectory(folder.File("state"), new(1L << 30, () => new(1L << 40, 1L << 40))), isServed ?? (_ => true));

    /// <summary>All cases at once, since starting Python takes longer than NumPy does.</summary>
    public sealed class Oracle : IDisposable
    {
        private readonly Lazy<TemporaryFolder> _folder = new(Run);

        public string FolderOf(string code, string shape, string how)
        {
            int number = Cases.Select(data => data.Data).ToList().IndexOf((code, shape, how));
            return _folder.Value.File(number.ToString(CultureInfo.InvariantCulture));
        }

        public void Dispose()
        {
            if (_folder.IsValueCreated)
            {
                _folder.Value.Dispose();
            }
        }

        private static TemporaryFolder Run()
        {
            TemporaryFolder folder = new();
            File.WriteAllLines(folder.File("cases"), Cases.Select(one => $"{one.Data.Item1} {one.Data.Item3} {one.Data.Item2}"));
            Python.Run(Script, folder.Path);
            return folder;
        }
    }

    /// <summary>The largest finite number there is: rounding is relative to that, where numbers of both signs nearly cancel.</summary>
    private static double Scale(string folder, Dtype dtype)
    {
        double largest = 0;
        foreach (string extreme in (string[])["min", "max"])
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(folder, extreme));
            for (int at = 0; at < bytes.Length; at += dtype.ItemSize)
            {
                double value = Math.Abs(TestNumbers.ToDouble(dtype, bytes.AsSpan(at, dtype.ItemSize)));
                largest = double.IsFinite(value) ? Math.Max(largest, value) : largest;
            }
        }

        return largest;
    }

    private static void AssertClose(byte[] expected, byte[] actual, double scale)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int at = 0; at < expected.Length; at += sizeof(double))
        {
            AssertClose(BitConverter.ToDouble(expected, at), BitConverter.ToDouble(actual, at), scale);
        }
    }

    private static void AssertClose(double expected, double actual, double scale)
    {
        bool isSame = expected.Equals(actual) || Math.Abs(expected - actual) <= (1e-12 * Math.Abs(expected)) + (1e-15 * scale);
        Assert.True(isSame, $"{expected:R} expected, {actual:R} found");
    }

    private static void AssertSameExtremes(byte[] expected, byte[] actual, Dtype dtype)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int at = 0; at < expected.Length; at += dtype.ItemSize)
        {
            if (dtype.Kind == DtypeKind.Float)
            {
                // NaN is NaN whatever its bits, and which zero is the lesser is nobody's business.
                Assert.Equal(TestNumbers.ToDouble(dtype, expected.AsSpan(at, dtype.ItemSize)), TestNumbers.ToDouble(dtype, actual.AsSpan(at, dtype.ItemSize)));
            }
            else
            {
                Assert.Equal(expected.AsSpan(at, dtype.ItemSize), actual.AsSpan(at, dtype.ItemSize));
            }
        }
    }

    /// <summary>Two rows have the same hash exactly where they are the same bytes.</summary>
    private static void AssertHashes(ReadOnlySpan<byte> rows, byte[] hashes, int rowBytes)
    {
        Dictionary<string, string> contentByHash = [];
        for (int row = 0; row < rows.Length / rowBytes; row++)
        {
            string content = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(rows.Slice(row * rowBytes, rowBytes)));
            string hash = Convert.ToHexString(hashes, row * ColumnKind.HashBytes, ColumnKind.HashBytes);
            Assert.True(contentByHash.TryAdd(hash, content) || contentByHash[hash] == content);
        }

        Assert.Equal(contentByHash.Count, contentByHash.Values.Distinct().Count());
    }

    private static void AssertStatistics(string[] said, ArrayStatistics statistics, double scale)
    {
        string[] whole = said[0].Split(' ');
        Assert.Equal(long.Parse(whole[0], CultureInfo.InvariantCulture), statistics.Count);
        Assert.Equal(Number(whole[1]), Number(Text(statistics.Min!.Value)));
        Assert.Equal(Number(whole[2]), Number(Text(statistics.Max!.Value)));
        AssertClose(Double(whole[3]), Double(Text(statistics.Mean!.Value)), scale);
        AssertClose(Double(whole[4]), Double(Text(statistics.Std!.Value)), scale);
        AssertChannels(said[1], statistics.Channels, channel => channel.Mean, scale);
        AssertChannels(said[2], statistics.Channels, channel => channel.Std, scale);
        if (said[3] == "-")
        {
            Assert.Null(statistics.Classes);
        }
        else
        {
            string classes = string.Join(' ', statistics.Classes!.Select(one => string.Create(CultureInfo.InvariantCulture, $"{Number(Text(one.Value))}:{one.Rows}")));
            Assert.Equal(string.Join(' ', said[3].Split(' ').Select(pair => Number(pair.Split(':')[0]) + ":" + pair.Split(':')[1])), classes);
        }
    }

    private static void AssertChannels(string said, IReadOnlyList<ChannelStatistics>? channels, Func<ChannelStatistics, ElementNumber> number, double scale)
    {
        string[] expected = said.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Length, channels?.Count ?? 0);
        for (int i = 0; i < expected.Length; i++)
        {
            AssertClose(Double(expected[i]), Double(Text(number(channels![i]))), scale);
        }
    }

    private static string Text(ElementNumber number) => Encoding.UTF8.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(number)).Trim('"');

    /// <summary>Integers as they are, however long; floats as .NET writes them, wherever they come from.</summary>
    private static string Number(string text) => Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 whole)
        ? whole.ToString(CultureInfo.InvariantCulture)
        : Double(text).ToString("R", CultureInfo.InvariantCulture);

    private static double Double(string text) => text switch
    {
        "nan" or "NaN" => double.NaN,
        "inf" or "Infinity" => double.PositiveInfinity,
        "-inf" or "-Infinity" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture) + 0.0,
    };
}
