using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Tests.Sampling;

/// <summary>The arithmetic of epochs, over seeded sizes: whatever the batch size, tail and ranks.</summary>
public sealed class EpochTests
{
    [Fact]
    public void Every_law_holds_for_seeded_sizes()
    {
        Random random = new(11);
        for (int round = 0; round < 400; round++)
        {
            long n = random.Next(0, 300);
            long batch = random.Next(1, 120);
            Tail tail = (Tail)random.Next(3);
            IndexMap order = Order.Shuffle.Arrange(RangeMap.All(n), (ulong)round, 1);
            Epoch whole = new(order, batch, tail, Shard.Whole);
            Assert.Equal(tail == Tail.Drop ? n / batch : (n + batch - 1) / batch, whole.Steps);
            List<long> real = [];
            for (long step = 0; step < whole.Steps; step++)
            {
                long[] rows = Rows(whole, step);
                StepSlice slice = whole.SliceOf(step);
                real.AddRange(rows.Take((int)slice.Valid));
                for (int i = 0; i < rows.Length; i++)
                {
                    Assert.Equal(order[((step * batch) + i) % n], rows[i]);
                }

                AssertRanksJoin(whole, step, rows, slice.Valid);
            }

            Assert.Equal(Enumerable.Range(0, (int)(tail == Tail.Drop ? n / batch * batch : n)).Select(position => order[position]), real);
        }
    }

    private static void AssertRanksJoin(Epoch whole, long step, long[] rows, long valid)
    {
        for (int world = 1; world <= 9; world++)
        {
            List<long> joined = [];
            long joinedValid = 0;
            for (int rank = 0; rank < world; rank++)
            {
                Epoch part = whole with { Shard = new(rank, world) };
                Assert.Equal(whole.Steps, part.Steps);
                joined.AddRange(Rows(part, step));
                joinedValid += part.SliceOf(step).Valid;
            }

            Assert.Equal(rows, joined);
            Assert.Equal(valid, joinedValid);
        }
    }

    private static long[] Rows(Epoch epoch, long step)
    {
        StepSlice slice = epoch.SliceOf(step);
        long[] rows = new long[slice.Count];
        epoch.CopyRows(slice, rows);
        return rows;
    }
}
