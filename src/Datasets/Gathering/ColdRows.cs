using System.Buffers;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Gathering;

/// <summary>
/// The bytes of an answer's array as they lie in its file: looked for in memory, and brought there where they are missing, before
/// they are read or sent. Otherwise each page that is missing stops the thread that touches it, one after the other. What must be
/// decoded is passed over. Hot rows cost a look at a few of them.
/// </summary>
internal static class ColdRows
{
    /// <summary>The most that is brought at once, in bytes and in runs, so that long answers begin before all of them is there.</summary>
    public const long WindowBytes = 8 << 20;

    private const int WindowRuns = 4096;

    /// <summary>Places of a window that are looked at as long as all of them are found, and how much of each.</summary>
    private const int Samples = 4;

    private const long SampleBytes = 64 << 10;

    /// <summary>Whether a file's rows were missing lately, so that looking ahead is worth while.</summary>
    public static bool AreCold(IArraySource source) =>
        source.Spec.Bytes > 0 && source.TryLocate(0, 1, out FileRun run) && FileWarmth.Of(run.File).IsCold;

    /// <summary>Brings the bytes from <paramref name="at"/> on into memory, a window of them, and asks for the next; ends at once where they are there.</summary>
    /// <returns>The end of the window, at most <paramref name="end"/>.</returns>
    public static ValueTask<long> BringAsync(StoredArray array, long at, long end)
    {
        long to = Math.Min(end, at + WindowBytes);
        return SeemsHot(array, at, to) ? new(to) : BringMissingAsync(array, at, end);
    }

    /// <summary>Asks for bytes that will be read soon.</summary>
    public static void Hint(StoredArray array, long at, long end)
    {
        int found = Collect(array, at, end, out FileRun[] missing);
        if (found > 0)
        {
            ColdReaders.Shared.Hint(missing, found);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<long> BringMissingAsync(StoredArray array, long at, long end)
    {
        int found = Collect(array, at, end, out FileRun[] missing, out long to);
        if (found > 0)
        {
            // Not cancellable: the file stays open for as long as the answer waits here.
            await ColdReaders.Shared.BringAsync(missing, found);
        }

        if (to < end)
        {
            Hint(array, to, end);
        }

        return to;
    }

    private static bool SeemsHot(StoredArray array, long at, long to)
    {
        FileWarmth? warmth = null;
        int samples = to - at <= SampleBytes && array.IsOneRow(at, to) ? 1 : Samples;
        for (int i = 0; i < samples; i++)
        {
            // The first, the last and those between.
            long place = i == 0 ? at : at + ((to - at - 1) / (Samples - 1) * i);
            if (!array.TryLocateNear(place, to, out FileRun run, out _))
            {
                continue;
            }

            run = run.Slice(0, Math.Min(run.Length, SampleBytes));
            warmth ??= FileWarmth.Of(run.File);
            if (warmth.IsCold || !(i == 0 ? warmth.HoldsSurely(run) : warmth.Holds(run)))
            {
                return false;
            }
        }

        return true;
    }

    private static int Collect(StoredArray array, long at, long end, out FileRun[] missing) => Collect(array, at, end, out missing, out _);

    /// <summary>The runs of a window that are missing, in rented memory; none of it is kept where there are none.</summary>
    private static int Collect(StoredArray array, long at, long end, out FileRun[] missing, out long to)
    {
        long limit = Math.Min(end, at + WindowBytes);
        missing = ArrayPool<FileRun>.Shared.Rent(64);
        FileWarmth? warmth = null;
        int found = 0;
        for (int runs = 0; at < limit && runs < WindowRuns; runs++)
        {
            bool isLocated = array.TryLocateNear(at, limit, out FileRun run, out at);
            if (!isLocated || (warmth ??= FileWarmth.Of(run.File)).Holds(run))
            {
                continue;
            }

            if (found == missing.Length)
            {
                missing = Grow(missing);
            }

            missing[found++] = run;
        }

        to = Math.Min(at, limit);
        warmth?.Note(isWhole: found == 0);
        if (found == 0)
        {
            ArrayPool<FileRun>.Shared.Return(missing);
        }

        return found;
    }

    private static FileRun[] Grow(FileRun[] runs)
    {
        FileRun[] larger = ArrayPool<FileRun>.Shared.Rent(runs.Length * 4);
        runs.CopyTo(larger, 0);
        ArrayPool<FileRun>.Shared.Return(runs, clearArray: true);
        return larger;
    }
}
