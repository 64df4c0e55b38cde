using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;
using Microtome.Datasets.Views;
using Microtome.Datasets.Views.Errors;
using Microtome.Datasets.Views.Rows;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Views;

/// <summary>How views are worked out: once for all, ended with the last waiter, bounded, kept on the disk, and lawful.</summary>
[Collection("alone")]
public sealed class ViewEvaluatorTests
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_who_ask_at_once_share_one_evaluation()
    {
        TaskCompletionSource open = new();
        MemorySource source = new MemorySource(100).With("y", Dtype.UInt8, new byte[100]);
        source.OnRead = _ => open.Task;
        using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(null));
        ViewExpression expression = ViewExpression.Parse("where(y == 0)");
        Task<ViewRows>[] asked = [.. Enumerable.Range(0, 20).Select(_ => evaluator.EvaluateAsync(expression, ViewRows.All(100), source, Ends).AsTask())];
        open.SetResult();
        ViewRows[] rows = await Task.WhenAll(asked);
        Assert.All(rows, one => Assert.Equal(100, one.Map.Length));
        await evaluator.EvaluateAsync(expression, ViewRows.All(100), source, Ends);
        Assert.Equal(1, source.Reads);
    }

    [Fact]
    public async Task The_last_waiter_ends_the_evaluation_and_the_next_begins_anew()
    {
        TaskCompletionSource<CancellationToken> begun = new();
        MemorySource source = new MemorySource(100).With("y", Dtype.UInt8, new byte[100]);
        source.OnRead = async end =>
        {
            begun.TrySetResult(end);
            await Task.Delay(Timeout.Infinite, end);
        };
        using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(null));
        ViewExpression expression = ViewExpression.Parse("where(y == 0)");
        using CancellationTokenSource first = new();
        using CancellationTokenSource second = new();
        Task<ViewRows> one = evaluator.EvaluateAsync(expression, ViewRows.All(100), source, first.Token).AsTask();
        Task<ViewRows> two = evaluator.EvaluateAsync(expression, ViewRows.All(100), source, second.Token).AsTask();
        CancellationToken work = await begun.Task;
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(work.IsCancellationRequested);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        Assert.True(work.IsCancellationRequested);
        source.OnRead = null;
        Assert.Equal(100, (await evaluator.EvaluateAsync(expression, ViewRows.All(100), source, Ends)).Map.Length);
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        MemorySource source = new MemorySource(10).With("y", Dtype.UInt8, new byte[10]);
        source.OnRead = _ => throw new ArrayReadException("gone");
        using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(null));
        ViewExpression expression = ViewExpression.Parse("where(y == 0)");
        await Assert.ThrowsAsync<ArrayReadException>(async () => await evaluator.EvaluateAsync(expression, ViewRows.All(10), source, Ends));
        source.OnRead = null;
        Assert.Equal(10, (await evaluator.EvaluateAsync(expression, ViewRows.All(10), source, Ends)).Map.Length);
    }

    [Fact]
    public async Task Kept_rows_stay_within_their_bytes()
    {
        MemorySource source = new MemorySource(10_000).With("y", Dtype.UInt16, [.. Enumerable.Range(0, 10_000).Select(row => (ushort)row)]);
        using ViewEvaluator evaluator = new(20_000, 1 << 20, new(null));
        for (int i = 0; i < 200; i++)
        {
            ViewRows rows = await evaluator.EvaluateAsync(ViewExpression.Parse($"where(y != {i})"), ViewRows.All(10_000), source, Ends);
            Assert.Equal(9999, rows.Map.Length);
            Assert.InRange(evaluator.KeptBytes, 1, 20_000);
        }
    }

    [Fact]
    public async Task More_classes_or_rows_than_a_view_may_have_are_refused_with_the_limit()
    {
        MemorySource source = new MemorySource(70_000).With("y", Dtype.Int32, [.. Enumerable.Range(0, 70_000)]);
        using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(null));
        ViewTooLargeException classes = await Assert.ThrowsAsync<ViewTooLargeException>(async () =>
            await evaluator.EvaluateAsync(ViewExpression.Parse("split(by=y,parts=0.5:0.5,take=0)"), ViewRows.All(70_000), source, Ends));
        Assert.Equal((65_536, "classes", 9), (classes.Limit, classes.Unit, classes.Position));
        using ViewEvaluator small = new(1 << 20, 4096, new(null));
        ViewTooLargeException rows = await Assert.ThrowsAsync<ViewTooLargeException>(async () =>
            await small.EvaluateAsync(ViewExpression.Parse("where(y == 1)"), ViewRows.All(70_000), source, Ends));
        Assert.Equal((32_768, "rows"), (rows.Limit, rows.Unit));
    }

    [Theory]
    [InlineData(1L << 20)]
    [InlineData(1000L)]
    public async Task A_view_comes_back_from_the_disk_and_a_damaged_file_is_evaluated_anew(long maxKeptBytes)
    {
        using TemporaryFolder folder = new();
        int reads = 0;
        ViewExpression[] expressions = [ViewExpression.Parse("where(y < 200)"), ViewExpression.Parse("where(y == 3)|sample(n=9,seed=1)")];
        List<long[]> known = [];
        for (int round = 0; round < 4; round++)
        {
            MemorySource source = new MemorySource(100_000).With("y", Dtype.UInt8, [.. Enumerable.Range(0, 100_000).Select(row => (byte)(row * 7))]);
            using StateDirectory state = new(folder.File("state"), new(1 << 30, () => new(1L << 40, 1L << 40)));
            using ViewEvaluator evaluator = new(maxKeptBytes, 1 << 20, new(state));
            for (int i = 0; i < expressions.Length; i++)
            {
                ViewRows rows = await evaluator.EvaluateAsync(expressions[i], ViewRows.All(100_000), source, Ends);
                long[] found = new long[rows.Map.Length];
                rows.Map.CopyTo(0, found);
                if (round == 0)
                {
                    known.Add(found);
                }

                Assert.Equal(known[i], found);
                Assert.Equal(found[^1], rows.Map[found.Length - 1]);
            }

            Assert.Equal(round is 0 or 3, source.Reads > 0);
            reads += source.Reads;
            if (round == 2)
            {
                foreach (string file in Directory.EnumerateFiles(folder.File("state"), "*.rows", SearchOption.AllDirectories))
                {
                    byte[] bytes = await File.ReadAllBytesAsync(file, Ends);
                    bytes[^3] ^= 1;
                    await File.WriteAllBytesAsync(file, bytes, Ends);
                }
            }
        }

        Assert.True(reads > 0);
    }

    [Fact]
    public async Task Texts_that_are_no_labels_take_no_more_memory_than_labels_may()
    {
        MemorySource source = new MemorySource(16_384).With("short", [.. Enumerable.Repeat(new string('a', 2048), 16_384)])
            .With("long", [.. Enumerable.Repeat(new string('a', 2049), 16_384)]);
        using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(null));
        ViewRows none = await evaluator.EvaluateAsync(ViewExpression.Parse("where(short == 'b')"), ViewRows.All(16_384), source, Ends);
        Assert.Equal(0, none.Map.Length);
        TextTooLongException error = await Assert.ThrowsAsync<TextTooLongException>(async () =>
            await evaluator.EvaluateAsync(ViewExpression.Parse("where(long == 'b')"), ViewRows.All(16_384), source, Ends));
        Assert.Equal(64 << 20, error.Limit);
    }

    [Fact]
    public async Task Rows_chosen_by_columns_of_another_format_are_chosen_anew()
    {
        using TemporaryFolder folder = new();
        foreach ((int format, bool isRead) in ((int, bool)[])[(1, true), (1, false), (2, true)])
        {
            MemorySource source = new MemorySource(100_000).With("y", Dtype.UInt8, new byte[100_000]);
            using StateDirectory state = new(folder.File("state"), new(1 << 30, () => new(1L << 40, 1L << 40)));
            using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(state, format));
            await evaluator.EvaluateAsync(ViewExpression.Parse("where(y < 200)|sample(n=9,seed=1)"), ViewRows.All(100_000), source, Ends);
            Assert.Equal(isRead, source.Reads > 0);
        }
    }

    [Fact]
    public async Task Equal_hashes_of_different_rows_drop_nothing()
    {
        byte[] rows = [1, 2, 3, 4, 1, 2, 5, 6, 3, 4, 5, 6, 1, 2];
        UInt128[] hashes = [9, 9, 9, 9, 9, 9, 9];
        MemorySource source = new MemorySource(7).With("x", Dtype.UInt8, rows, rowElements: 2).With("x.hash", Dtype.UInt8, System.Runtime.InteropServices.MemoryMarshal.AsBytes(hashes.AsSpan()).ToArray(), rowElements: 16);
        using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(null));
        ViewRows found = await evaluator.EvaluateAsync(ViewExpression.Parse("unique(x)"), ViewRows.All(7), source, Ends);
        Assert.Equal([0L, 1, 3], Enumerable.Range(0, (int)found.Map.Length).Select(position => found.Map[position]));
    }

    [Fact]
    public async Task Parts_and_folds_partition_and_are_as_even_as_they_can_be()
    {
        Random random = new(11);
        for (int trial = 0; trial < 40; trial++)
        {
            int n = random.Next(0, 400);
            byte[] classes = [.. Enumerable.Range(0, n).Select(_ => (byte)(random.Next(1 + random.Next(12))))];
            MemorySource source = new MemorySource(n).With("y", Dtype.UInt8, classes);
            using ViewEvaluator evaluator = new(1 << 20, 1 << 20, new(null));
            double[] shares = trial % 2 == 0 ? [0.8, 0.1, 0.1] : [0.3, 0.25, 0.2, 0.15, 0.1];
            string parts = string.Join(':', shares.Select(share => share.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            List<long> seen = [];
            for (int part = 0; part < shares.Length; part++)
            {
                long[] rows = await RowsAsync($"split(by=y,parts={parts},seed={trial},take={part})");
                seen.AddRange(rows);
                Assert.True(Math.Abs(rows.Length - (shares[part] * n)) <= 1 + 1e-9, "more than 1 off overall");
                foreach (IGrouping<byte, byte> one in classes.GroupBy(value => value))
                {
                    double off = rows.Count(row => classes[row] == one.Key) - (shares[part] * one.Count());
                    Assert.True(Math.Abs(off) < 1 - 1e-9 || n == 0, "a class is off by 1 or more");
                }
            }

            Assert.Equal(Enumerable.Range(0, n).Select(row => (long)row), seen.Order());
            int folds = random.Next(2, 9);
            List<long[]> tests = [];
            for (int fold = 0; fold < folds; fold++)
            {
                long[] test = await RowsAsync($"kfold(k={folds},by=y,seed={trial},fold={fold},take=test)");
                long[] train = await RowsAsync($"kfold(k={folds},by=y,seed={trial},fold={fold})");
                Assert.Equal(Enumerable.Range(0, n).Select(row => (long)row), test.Concat(train).Order());
                tests.Add(test);
            }

            Assert.Equal(Enumerable.Range(0, n).Select(row => (long)row), tests.SelectMany(rows => rows).Order());
            Assert.InRange(tests.Max(rows => rows.Length) - tests.Min(rows => rows.Length), 0, 1);
            foreach (byte value in classes.Distinct())
            {
                int[] counts = [.. tests.Select(rows => rows.Count(row => classes[row] == value))];
                Assert.InRange(counts.Max() - counts.Min(), 0, 1);
            }

            async Task<long[]> RowsAsync(string text)
            {
                ViewRows rows = await evaluator.EvaluateAsync(ViewExpression.Parse(text), ViewRows.All(n), source, Ends);
                long[] found = new long[rows.Map.Length];
                rows.Map.CopyTo(0, found);
                return found;
            }
        }
    }

    [Fact]
    public async Task A_hundred_million_rows_take_a_few_megabytes()
    {
        const long length = 100_000_000;
        using TemporaryFolder folder = new();
        byte[] header = NpyFile.Make("|u1", $"({length},)", []);
        using (FileStream file = File.Create(folder.File("d_y.npy")))
        {
            file.Write(header);
            file.SetLength(header.Length + length); // Zeros that take no room on the disk.
            foreach (long mark in (long[])[0, 1, 77_777_777, length - 1])
            {
                file.Position = header.Length + mark;
                file.WriteByte(1);
            }
        }

        using TestViews views = await TestViews.OpenAsync(folder.Path);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal((long[])[0, 1, 77_777_777, length - 1], await views.RowsAsync("where(y == 1)"));
        var zeros = await views.Resolver.ResolveAsync(views.Dataset, views.Version, "where(y == 0)", Ends);
        Assert.Equal(length - 4, zeros.Rows.Length);
        Assert.Equal((2L, 77_777_778L, length - 2), (zeros.Rows[0], zeros.Rows[77_777_775], zeros.Rows[length - 5]));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 1, 64L << 20);
    }
}
