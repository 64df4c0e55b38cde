using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Gathering;

/// <summary>A pseudo-array made on the way: <c>@rows</c>, the row numbers (int64), or <c>@valid</c>, which rows are no padding (bool).</summary>
public sealed class ComputedArray : BatchArray
{
    public const string RowsName = "@rows";
    public const string ValidName = "@valid";

    /// <summary>Whether the name stands for a pseudo-array, whatever a dataset stores under it.</summary>
    public static bool IsName(string name) => name is RowsName or ValidName;

    private const int PieceBytes = 4096;

    private readonly IndexMap? _rows;
    private readonly long _valid;

    private ComputedArray(string name, Dtype dtype, long length, IndexMap? rows, long valid)
        : base(name, dtype, new Shape(length))
    {
        _rows = rows;
        _valid = valid;
    }

    public static ComputedArray Rows(IndexMap rows) => new(RowsName, Dtype.Int64, rows.Length, rows, 0);

    /// <summary><paramref name="valid"/> true values, then false up to <paramref name="length"/>.</summary>
    public static ComputedArray Valid(long length, long valid) => new(ValidName, Dtype.Bool, length, null, valid);

    /// <summary>Numbers that are known already.</summary>
    public override bool IsAtHand => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(BatchBody body, CancellationToken cancellationToken)
    {
        ByteWindow wanted = body.Claim(Bytes);
        for (long done = 0; done < wanted.Length;)
        {
            int count = (int)Math.Min(wanted.Length - done, PieceBytes);
            Memory<byte> target = await body.GetMemoryAsync(count, cancellationToken);
            Fill(wanted.Start + done, target.Span);
            body.Advance(count);
            done += count;
        }
    }

    public override ValueTask ReadAsync(long start, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Fill(start, destination.Span);
        return ValueTask.CompletedTask;
    }

    private void Fill(long start, Span<byte> target)
    {
        if (_rows is null)
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = start + i < _valid ? (byte)1 : (byte)0;
            }

            return;
        }

        Span<byte> element = stackalloc byte[sizeof(long)];
        while (!target.IsEmpty)
        {
            BinaryPrimitives.WriteInt64LittleEndian(element, _rows[start / sizeof(long)]);
            ReadOnlySpan<byte> part = element[(int)(start % sizeof(long))..];
            part = part[..Math.Min(part.Length, target.Length)];
            part.CopyTo(target);
            target = target[part.Length..];
            start += part.Length;
        }
    }
}
