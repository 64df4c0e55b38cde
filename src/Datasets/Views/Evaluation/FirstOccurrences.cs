using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Views.Conditions;
using Microtome.Datasets.Views.Rows;

namespace Microtome.Datasets.Views.Evaluation;

/// <summary>
/// Finds the positions whose row is not equal to an earlier one. Rows are told apart by keys of 128 bits: their bytes where these
/// are so few, the profile's hash, or a hash of their text. Where two keys are the same hash of larger rows, the rows are compared.
/// The table is bounded: where there may be more keys than it holds, the rows are passed over several times, each time for a
/// share of all keys.
/// </summary>
/// <param name="evaluation">The evaluation.</param>
/// <param name="rows">The rows, in order.</param>
/// <param name="keys">An array with one element a row, or a profile's hashes.</param>
/// <param name="whole">The array that the hashes are of; null where the keys are the rows.</param>
internal sealed class FirstOccurrences(ViewEvaluation evaluation, IndexMap rows, ViewColumn keys, ViewColumn? whole)
{
    /// <summary>Bytes of a profile's hash.</summary>
    public const int HashBytes = 16;

    /// <summary>Keys that are known at once: some 160 MB with their table.</summary>
    private const long MaxKeys = 4_000_000;

    public async ValueTask<PositionBits> FindAsync()
    {
        PositionBits first = evaluation.NewBits(rows.Length);
        ulong passes = (ulong)((rows.Length + MaxKeys - 1) / MaxKeys);
        using ColumnBlock block = new([keys]);
        long[] numbers = new long[ColumnBlock.MaxRows];
        UInt128[] found = new UInt128[ColumnBlock.MaxRows];
        for (ulong pass = 0; pass < passes; pass++)
        {
            Dictionary<UInt128, long> known = [];
            for (long done = 0; done < rows.Length;)
            {
                evaluation.Cancellation.ThrowIfCancellationRequested();
                int count = (int)Math.Min(ColumnBlock.MaxRows, rows.Length - done);
                rows.CopyTo(done, numbers.AsSpan(0, count));
                await block.ReadAsync(numbers.AsMemory(0, count), evaluation.Cancellation);
                ReadKeys(block, found.AsSpan(0, count));
                for (int i = 0; i < count; i++)
                {
                    if (passes > 1 && Share(found[i], passes) != pass)
                    {
                        continue;
                    }

                    if (whole is null ? known.TryAdd(found[i], numbers[i]) : await TryAddAsync(known, found[i], numbers[i]))
                    {
                        first.Set(done + i);
                    }
                }

                done += count;
            }
        }

        return first;
    }

    /// <summary>Which pass looks at a key: its bits well mixed, since keys may be small numbers.</summary>
    private static ulong Share(UInt128 key, ulong passes) => ((ulong)key ^ (ulong)(key >> 64)) * 0x9E3779B97F4A7C15 % passes;

    /// <summary>Rows of the same hash that differ after all stand behind each other, one key apart.</summary>
    private async ValueTask<bool> TryAddAsync(Dictionary<UInt128, long> known, UInt128 key, long row)
    {
        while (!known.TryAdd(key, row))
        {
            if (known[key] == row || await AreEqualAsync(known[key], row))
            {
                return false;
            }

            key++;
        }

        return true;
    }

    private async ValueTask<bool> AreEqualAsync(long one, long other)
    {
        long bytes = whole!.Numbers!.Spec.RowBytes;
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(checked((int)(2 * bytes)));
        Memory<byte> left = buffer.AsMemory(0, (int)bytes);
        Memory<byte> right = buffer.AsMemory((int)bytes, (int)bytes);
        Arrays.Region row = Arrays.Region.All(whole.Numbers.Spec.Shape.Row);
        await whole.Numbers.ReadAsync(one, 1, row, left, evaluation.Cancellation);
        await whole.Numbers.ReadAsync(other, 1, row, right, evaluation.Cancellation);
        bool areEqual = left.Span.SequenceEqual(right.Span);
        System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        return areEqual;
    }

    private void ReadKeys(ColumnBlock block, Span<UInt128> found)
    {
        if (keys.Numbers is not { } numbers)
        {
            for (int i = 0; i < found.Length; i++)
            {
                found[i] = KeyOf(block.Texts(0)[i]);
            }

            return;
        }

        int item = (int)numbers.Spec.RowBytes;
        Span<byte> key = stackalloc byte[HashBytes];
        key.Clear();
        for (int i = 0; i < found.Length; i++)
        {
            block.Bytes(0).Slice(i * item, item).CopyTo(key);
            found[i] = BinaryPrimitives.ReadUInt128LittleEndian(key);
        }
    }

    /// <summary>128 bits of SHA-256: nobody has two texts with the same.</summary>
    private static UInt128 KeyOf(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
