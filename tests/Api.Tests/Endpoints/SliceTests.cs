using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microtome.Fixtures;

namespace Microtome.Api.Tests.Endpoints;

/// <summary>Slices against NumPy: some hundreds of seeded selections over arrays of every dtype, byte order and memory order.</summary>
public sealed class SliceTests
{
    private const string MakeArrays = """
        import sys, numpy as np
        folder = sys.argv[1]
        rng = np.random.default_rng(7)
        shapes = [(), (0,), (1,), (37,), (5, 0), (9, 4), (6, 5, 4), (4, 3, 5, 2), (3, 700, 900), (2, 3, 2, 3, 2)]
        dtypes = ['|b1','|u1','|i1','<u2','>u2','<i2','>i4','<u4','<u8','>i8','<f2','>f2','<f4','>f4','<f8','<c8','>c16','<c16']
        n = 0
        for i, shape in enumerate(shapes):
            for j, dtype in enumerate(dtypes):
                if (i + j) % 3 and len(shape) != 3: continue
                if len(shape) == 3 and shape[1] == 700 and j % 6: continue
                a = rng.integers(0, 2 if dtype == '|b1' else 120, size=shape).astype(dtype)
                if dtype[1] == 'c': a = (a + 1j * rng.integers(0, 9, size=shape)).astype(dtype)
                order = 'F' if (i + j) % 2 else 'C'
                np.save(f'{folder}/a{n:03d}.npy', np.asarray(a, order=order))
                n += 1
        """;

    private const string Expect = """
        import sys, hashlib, numpy as np
        folder = sys.argv[1]
        cache = {}
        for line in open(folder + '/selects.txt'):
            name, select = line.rstrip('\n').split('\t')
            if name not in cache: cache[name] = np.load(f'{folder}/data/{name}.npy')
            a = cache[name]
            try:
                r = eval(f'a[{select}]') if select else a
            except IndexError:
                print('error'); continue
            r = np.asarray(r)
            le = r.astype(r.dtype.newbyteorder('<'))
            shape = ','.join(map(str, le.shape))
            dtype = le.dtype.str.replace('=', '<')
            print(f"{shape}\t{dtype}\t{hashlib.sha256(np.ascontiguousarray(le).tobytes()).hexdigest()}")
        """;

    [Fact]
    public async Task Slices_equal_NumPys()
    {
        Python.Require("numpy");
        using TemporaryFolder folder = new();
        string data = Directory.CreateDirectory(folder.File("data")).FullName;
        Python.Run(MakeArrays, data);
        await using RunningServer server = await RunningServer.ServeAsync(data);
        Random random = new(42);
        List<(string Name, string Select)> selects = [];
        foreach (Datasets.Catalogue.Dataset dataset in server.Catalogue.Datasets)
        {
            long[] shape = dataset.Arrays[0].Shape.Lengths.ToArray();
            for (int i = 0; i < 6; i++)
            {
                selects.Add((dataset.Name, RandomSelect(random, shape)));
            }
        }

        await File.WriteAllLinesAsync(folder.File("selects.txt"), selects.Select(select => $"{select.Name}\t{select.Select}"));
        string[] expected = Python.Run(Expect, folder.Path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(selects.Count >= 300);
        Assert.Equal(selects.Count, expected.Length);
        for (int i = 0; i < selects.Count; i++)
        {
            (string name, string select) = selects[i];
            HttpResponseMessage response = await server.Client.GetAsync($"/v1/datasets/{name}/arrays/data?format=raw&select={Uri.EscapeDataString(select)}");
            Assert.Equal($"{name}[{select}] {expected[i]}", $"{name}[{select}] {await DescribeAsync(response)}");
        }
    }

    private static async Task<string> DescribeAsync(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            return "error";
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(response.Content.Headers.ContentLength, body.Length);
        string shape = response.Headers.GetValues("X-Array-Shape").Single();
        return $"{shape}\t{response.Headers.GetValues("X-Array-Dtype").Single()}\t{Convert.ToHexStringLower(SHA256.HashData(body))}";
    }

    private static string RandomSelect(Random random, long[] shape)
    {
        int terms = random.Next(0, shape.Length + 1) + (random.Next(25) == 0 ? 1 : 0);
        StringBuilder text = new();
        bool ellipsis = false;
        for (int axis = 0; axis < terms; axis++)
        {
            long length = axis < shape.Length && !ellipsis ? shape[axis] : 3;
            string term = random.Next(10) switch
            {
                0 when !ellipsis => "...",
                1 or 2 => random.NextInt64(-length - (random.Next(20) == 0 ? 1 : 0), Math.Max(1, length)).ToString(CultureInfo.InvariantCulture),
                3 when axis == 0 => "[" + string.Join(",", Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.NextInt64(-length, Math.Max(1, length)))) + "]",
                4 => ":",
                _ => $"{Bound(random, length)}:{Bound(random, length)}" + (random.Next(2) == 0 ? "" : ":" + random.Next(1, 5)),
            };
            ellipsis |= term == "...";
            text.Append(axis > 0 ? "," : "").Append(term);
        }

        return text.ToString();
    }

    private static string Bound(Random random, long length) =>
        random.Next(3) == 0 ? "" : random.NextInt64(-length - 2, length + 3).ToString(CultureInfo.InvariantCulture);
}
