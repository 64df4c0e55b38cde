using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Tests.Sampling;

/// <summary>window.v1 on views: the same order over all rows, and over some of them windows of the chunks that they lie in.</summary>
public sealed class GroupedWindowTests
{
    [Fact]
    public void Over_all_rows_it_is_window_v1()
    {
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            long rows = random.Next(1, 400);
            long chunk = random.Next(1, 60);
            long window = random.Next(1, 12);
            ulong seed = (ulong)random.NextInt64();
            ChunkGroups groups = ChunkGroups.Of(RangeMap.All(rows), isAscending: true, chunk, CancellationToken.None);
            Assert.Equal(All(new WindowPermutation(rows, chunk, window, seed, 3)), All(new GroupedWindows(groups, window, seed, 3)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Over_some_rows_each_comes_once_and_a_window_holds_whole_chunks(bool isAscending)
    {
        Random random = new(2);
        for (int i = 0; i < 100; i++)
        {
            long chunk = random.Next(2, 30);
            int window = random.Next(1, 6);
            long[] rows = [.. Enumerable.Range(0, random.Next(1, 500)).Select(row => (long)row).Where(_ => random.Next(4) == 0)];
            if (!isAscending)
            {
                rows = [.. rows, .. rows.Take(5)];
                random.Shuffle(rows);
            }

            ListMap view = new(rows);
            GroupedWindows order = new(ChunkGroups.Of(view, isAscending, chunk, CancellationToken.None), window, 7, (ulong)i);
            long[] positions = All(order);
            Assert.Equal(Enumerable.Range(0, rows.Length).Select(position => (long)position), positions.Order());

            // Chunks appear in stretches: once a window is left, none of its chunks comes again.
            Dictionary<long, int> left = rows.GroupBy(row => row / chunk).ToDictionary(group => group.Key, group => group.Count());
            HashSet<long> open = [];
            foreach (long position in positions)
            {
                long at = rows[position] / chunk;
                open.Add(at);
                Assert.True(open.Count <= window, "more chunks are open than a window has");
                left[at]--;
                if (open.Count == window && open.All(one => left[one] == 0))
                {
                    open.Clear();
                }
            }
        }
    }

    [Fact]
    public void Rows_of_a_list_that_lie_in_one_chunk_keep_their_order_within_it()
    {
        long[] rows = [9, 1, 8, 0, 9];
        ChunkGroups groups = ChunkGroups.Of(new ListMap(rows), isAscending: false, 5, CancellationToken.None);
        Assert.Equal(2, groups.Count);
        Assert.Equal([1L, 3], Enumerable.Range(0, 2).Select(within => groups.PositionAt(0, within)));
        Assert.Equal([0L, 2, 4], Enumerable.Range(0, 3).Select(within => groups.PositionAt(1, within)));
    }

    private static long[] All(IndexMap map)
    {
        long[] rows = new long[map.Length];
        map.CopyTo(0, rows);
        return rows;
    }
}
