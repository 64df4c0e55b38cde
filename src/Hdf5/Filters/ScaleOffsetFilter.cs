using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Microtome.Hdf5.Filters;

/// <summary>
/// Scale-offset (filter 6): elements less their minimum, in just the bits that the largest needs. For floats, multiplied by a
/// power of ten first ("D-scale"). A chunk holds the number of bits (u32), the size of the minimum (u8), the minimum (u64, padded
/// to 21 bytes in all), then the bits, the highest of each element first. Where a fill value is defined it is all ones.
/// </summary>
internal sealed class ScaleOffsetFilter : ChunkFilter
{
    private const int HeaderBytes = 21;
    private const string Name = "6 (scale-offset)";

    private readonly bool _isFloat;
    private readonly int _decimals;
    private readonly long _elements;
    private readonly int _size;
    private readonly bool _isBigEndian;
    private readonly ulong? _fill;

    /// <param name="data">Scale type, scale factor, elements, class, size, sign, byte order, whether there is a fill value, the fill value.</param>
    /// <exception cref="Hdf5FormatException">The parameters make no sense.</exception>
    public ScaleOffsetFilter(ImmutableArray<uint> data)
    {
        uint scaleType = Parameter(data, 0, Name);
        _decimals = (int)Parameter(data, 1, Name);
        _elements = Parameter(data, 2, Name);
        _isFloat = Parameter(data, 3, Name) == 1;
        _size = (int)Parameter(data, 4, Name);
        _isBigEndian = Parameter(data, 6, Name) == 1;
        bool isSizeKnown = _isFloat ? _size is 4 or 8 : _size is 1 or 2 or 4 or 8;
        if (!isSizeKnown || scaleType != (_isFloat ? 0u : 2u) || data[3] > 1)
        {
            throw new Hdf5FormatException("the filter 6 (scale-offset) is used in a way that is not decoded");
        }

        if (Parameter(data, 7, Name) == 1)
        {
            _fill = Parameter(data, 8, Name) | ((ulong)(_size > 4 ? Parameter(data, 9, Name) : 0) << 32);
        }
    }

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        long bytes = _elements * _size;
        if (input.Length < HeaderBytes || bytes > output.Length)
        {
            throw Damaged();
        }

        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(input);
        ulong minimum = BinaryPrimitives.ReadUInt64LittleEndian(input[5..]);
        ReadOnlySpan<byte> packed = input[HeaderBytes..];
        output = output[..(int)bytes];
        if (bits == _size * 8)
        {
            if (packed.Length < output.Length)
            {
                throw Damaged();
            }

            // In full precision the elements are plain, in the order of the machine that wrote them: little-endian.
            packed[..output.Length].CopyTo(output);
            for (int at = 0; _isBigEndian && at < output.Length; at += _size)
            {
                output.Slice(at, _size).Reverse();
            }

            return output.Length;
        }

        if (bits > _size * 8 || ((_elements * bits) + 7) / 8 > packed.Length)
        {
            throw Damaged();
        }

        Unpack(packed, (int)bits, minimum, output);
        return output.Length;
    }

    private void Unpack(ReadOnlySpan<byte> packed, int bits, ulong minimum, Span<byte> output)
    {
        ulong ones = bits == 0 ? 0 : ulong.MaxValue >> (64 - bits);
        double power = Math.Pow(10, _decimals);
        long at = 0;
        for (int i = 0; i < _elements; i++, at += bits)
        {
            ulong raw = ReadBits(packed, at, bits);
            ulong value = _fill is { } fill && raw == ones ? fill : _isFloat ? Scale(raw, minimum, power) : raw + minimum;
            WriteElement(output.Slice(i * _size, _size), value);
        }
    }

    /// <summary>A float's bits from the scaled difference: in the float's own precision, as libhdf5 computes it.</summary>
    private ulong Scale(ulong raw, ulong minimum, double power) => _size == 4
        ? BitConverter.SingleToUInt32Bits(((int)raw / (float)power) + BitConverter.UInt32BitsToSingle((uint)minimum))
        : BitConverter.DoubleToUInt64Bits(((long)raw / power) + BitConverter.UInt64BitsToDouble(minimum));

    private static ulong ReadBits(ReadOnlySpan<byte> packed, long at, int bits)
    {
        ulong value = 0;
        int read = 0;
        while (read < bits)
        {
            int within = (int)((at + read) % 8);
            int take = Math.Min(8 - within, bits - read);
            int part = (packed[(int)((at + read) / 8)] >> (8 - within - take)) & ((1 << take) - 1);
            value = (value << take) | (uint)part;
            read += take;
        }

        return value;
    }

    private void WriteElement(Span<byte> element, ulong value)
    {
        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(whole, value);
        whole[.._size].CopyTo(element);
        if (_isBigEndian)
        {
            element.Reverse();
        }
    }

    private static Hdf5FormatException Damaged() => new("A chunk packed with scale-offset is damaged.");
}
