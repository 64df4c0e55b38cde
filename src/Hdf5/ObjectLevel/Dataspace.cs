using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>How many elements, in which shape (specification IV.A.2.b).</summary>
/// <param name="IsNull">There is no element at all, not even one.</param>
/// <param name="Dims">Lengths by axis; empty for a scalar.</param>
/// <param name="MaxDims">How far each axis may grow; -1 without limit.</param>
internal sealed record Dataspace(bool IsNull, long[] Dims, long[] MaxDims)
{
    public const int MaxRank = 32;
    public const long Unlimited = -1;

    private const int NullType = 2;

    /// <summary>Elements; 0 for a null dataspace.</summary>
    public long Count { get; } = IsNull ? 0 : CheckedProduct(Dims);

    public static Dataspace Parse(ReadOnlySpan<byte> body, FieldSizes sizes)
    {
        Cursor cursor = new(body, sizes);
        byte version = cursor.Version("the dataspace", 1, 2);
        int rank = cursor.Byte();
        byte flags = cursor.Byte();
        bool isNull = false;
        if (version == 1)
            cursor.Skip(5);
        else
            isNull = cursor.Byte() == NullType;

        if (rank > MaxRank)
            throw new Hdf5FormatException($"{rank} axes are more than the {MaxRank} that HDF5 allows.");

        long[] dims = new long[rank];
        for (int axis = 0; axis < rank; axis++)
            dims[axis] = cursor.Length();

        long[] maxDims = (long[])dims.Clone();
        if ((flags & 1) != 0)
        {
            for (int axis = 0; axis < rank; axis++)
                maxDims[axis] = ReadMax(ref cursor, dims[axis]);
        }

        return new(isNull, dims, maxDims);
    }

    /// <exception cref="Hdf5FormatException">More elements than 2^63-1.</exception>
    public static long CheckedProduct(ReadOnlySpan<long> lengths)
    {
        // An axis of no elements makes it none, however large the others are.
        if (lengths.Contains(0))
            return 0;

        long product = 1;
        foreach (long length in lengths)
        {
            if (product > long.MaxValue / length)
                throw new Hdf5FormatException("The array has more than 2^63 elements.");

            product *= length;
        }

        return product;
    }

    private static long ReadMax(ref Cursor cursor, long current)
    {
        ulong max = cursor.Unsigned(cursor.Sizes.Length);
        if (max == ulong.MaxValue >> (64 - (8 * cursor.Sizes.Length)))
            return Unlimited;

        return max <= long.MaxValue && (long)max >= current
            ? (long)max
            : throw new Hdf5FormatException($"An axis of {current} elements cannot have a maximum of {max}.");
    }
}
