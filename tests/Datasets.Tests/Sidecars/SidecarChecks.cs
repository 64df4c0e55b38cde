using System.IO.Pipelines;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Tests.Sidecars;

/// <summary>What the tests of sidecars ask of an array that has one.</summary>
internal static class SidecarChecks
{
    /// <summary>Rows at random, slices and boxes, by every way that answers take.</summary>
    public static async Task CheckAsync(ChunkedFake array, IArraySource source, Random random, int rounds = 5, RunLoans? loans = null)
    {
        for (int i = 0; i < rounds; i++)
        {
            long[] rows = [.. Enumerable.Range(0, 40).Select(_ => random.NextInt64(array.Spec.Shape.Rows))];
            StoredArray stored = new("x", source, new ListMap(rows), RowSlice.Whole(source.Spec), source.Spec.Shape.Row.WithLeading(rows.Length));
            byte[] expected = [.. rows.SelectMany(row => array.Data.AsSpan((int)(row * array.Spec.RowBytes), (int)array.Spec.RowBytes).ToArray())];
            using MemoryStream stream = new();
            using (RunLoans.Loan loan = (loans ?? new()).Begin())
            {
                BatchBody body = new(PipeWriter.Create(stream));
                await stored.WriteAsync(body, TestContext.Current.CancellationToken);
                await body.FlushAsync(TestContext.Current.CancellationToken);
            }

            Assert.Equal(expected, stream.ToArray());
            byte[] read = new byte[expected.Length];
            await new StoredArray("x", source, new ListMap(rows), RowSlice.Whole(source.Spec), source.Spec.Shape.Row.WithLeading(rows.Length))
                .ReadAsync(0, read, TestContext.Current.CancellationToken);
            Assert.Equal(expected, read);
            long first = random.NextInt64(array.Spec.Shape.Rows - 30);
            Region box = new([.. source.Spec.Shape.Row.Lengths.ToArray().Select(length => new AxisRange(length / 3, Math.Max(1, length / 3), 1))]);
            byte[] part = new byte[30 * box.Count];
            await source.ReadAsync(first, 30, box, part, TestContext.Current.CancellationToken);
            Assert.Equal(await ExpectedAsync(array, first, 30, box), part);
        }
    }

    public static async Task<byte[]> ExpectedAsync(ChunkedFake array, long row, long count, Region region)
    {
        byte[] bytes = new byte[count * region.Count];
        await array.ReadAsync(row, count, region, bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    public static Task CompleteAsync(IArraySource source) => WaitAsync(() => !source.MustDecode);

    public static async Task WaitAsync(Func<bool> condition)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "it did not come about");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
