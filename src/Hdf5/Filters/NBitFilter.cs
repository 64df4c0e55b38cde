using System.Collections.Immutable;

namespace Microtome.Hdf5.Filters;

/// <summary>
/// N-bit (filter 5): of each number just the bits that its precision says, the highest first, one after the other; everything else
/// byte by byte. The parameters describe the datatype as a tree of numbers, arrays, compounds and plain bytes.
/// </summary>
internal sealed class NBitFilter : ChunkFilter
{
    private const string Name = "5 (n-bit)";
    private const int MaxDepth = 32;

    private readonly bool _isPlain;
    private readonly long _elements;
    private readonly Node? _type;

    /// <param name="data">How many parameters, whether nothing is packed, elements, then the datatype.</param>
    /// <exception cref="Hdf5FormatException">The parameters make no sense.</exception>
    public NBitFilter(ImmutableArray<uint> data)
    {
        _isPlain = Parameter(data, 1, Name) != 0;
        _elements = Parameter(data, 2, Name);
        if (!_isPlain)
        {
            int at = 3;
            _type = ReadNode(data, ref at, 0);
        }
    }

    private enum Kind
    {
        Number = 1,
        Array = 2,
        Compound = 3,
        Bytes = 4,
    }

    public override int? Growth => _isPlain ? 0 : null;

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (_isPlain)
        {
            if (input.Length > output.Length)
            {
                throw Damaged();
            }

            input.CopyTo(output);
            return input.Length;
        }

        long bytes = _elements * _type!.Size;
        if (bytes > output.Length)
        {
            throw Damaged();
        }

        output = output[..(int)bytes];
        output.Clear();
        BitReader bits = new(input);
        for (int at = 0; at < output.Length; at += _type.Size)
        {
            _type.Read(ref bits, output.Slice(at, _type.Size));
        }

        return output.Length;
    }

    private static Node ReadNode(ImmutableArray<uint> data, ref int at, int depth)
    {
        Kind kind = (Kind)Parameter(data, at++, Name);
        uint size = Parameter(data, at++, Name);
        if (size is 0 or > int.MaxValue || depth > MaxDepth)
        {
            throw NoSense();
        }

        switch (kind)
        {
            case Kind.Number:
                bool isBigEndian = Parameter(data, at++, Name) == 1;
                uint precision = Parameter(data, at++, Name);
                uint offset = Parameter(data, at++, Name);
                return size <= 8 && precision > 0 && (ulong)precision + offset <= size * 8 ? new Number((int)size, isBigEndian, (int)precision, (int)offset) : throw NoSense();
            case Kind.Array:
                Node item = ReadNode(data, ref at, depth + 1);
                return size % item.Size == 0 ? new Repeated((int)size, item) : throw NoSense();
            case Kind.Compound:
                return ReadCompound(data, ref at, (int)size, depth);
            case Kind.Bytes:
                return new Plain((int)size);
            default:
                throw NoSense();
        }
    }

    private static Compound ReadCompound(ImmutableArray<uint> data, ref int at, int size, int depth)
    {
        uint count = Parameter(data, at++, Name);
        if (count > data.Length)
        {
            throw NoSense();
        }

        var members = new (int Offset, Node Node)[count];
        for (int i = 0; i < members.Length; i++)
        {
            uint offset = Parameter(data, at++, Name);
            Node node = ReadNode(data, ref at, depth + 1);
            members[i] = offset <= (uint)(size - node.Size) && node.Size <= size ? ((int)offset, node) : throw NoSense();
        }

        return new(size, members);
    }

    private static Hdf5FormatException NoSense() => new("the filter 5 (n-bit) is described in a way that makes no sense");

    private static Hdf5FormatException Damaged() => new("A chunk packed with n-bit is damaged.");

    /// <summary>Bits in the order in which they were written: the highest of each byte first.</summary>
    private ref struct BitReader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private long _at;

        public ulong Read(int count)
        {
            if (_at + count > (long)_bytes.Length * 8)
            {
                throw Damaged();
            }

            ulong value = 0;
            while (count > 0)
            {
                int within = (int)(_at % 8);
                int take = Math.Min(8 - within, count);
                int part = (_bytes[(int)(_at / 8)] >> (8 - within - take)) & ((1 << take) - 1);
                value = (value << take) | (uint)part;
                _at += take;
                count -= take;
            }

            return value;
        }
    }

    private abstract class Node(int size)
    {
        /// <summary>Bytes of one element; never 0.</summary>
        public int Size { get; } = size;

        public abstract void Read(ref BitReader bits, Span<byte> element);
    }

    private sealed class Number(int size, bool isBigEndian, int precision, int offset) : Node(size)
    {
        public override void Read(ref BitReader bits, Span<byte> element)
        {
            ulong value = bits.Read(precision) << offset;
            for (int i = 0; i < element.Length; i++, value >>= 8)
            {
                element[isBigEndian ? element.Length - 1 - i : i] = (byte)value;
            }
        }
    }

    private sealed class Repeated(int size, Node item) : Node(size)
    {
        public override void Read(ref BitReader bits, Span<byte> element)
        {
            for (int at = 0; at < element.Length; at += item.Size)
            {
                item.Read(ref bits, element.Slice(at, item.Size));
            }
        }
    }

    private sealed class Compound(int size, (int Offset, Node Node)[] members) : Node(size)
    {
        public override void Read(ref BitReader bits, Span<byte> element)
        {
            foreach ((int offset, Node node) in members)
            {
                node.Read(ref bits, element.Slice(offset, node.Size));
            }
        }
    }

    private sealed class Plain(int size) : Node(size)
    {
        public override void Read(ref BitReader bits, Span<byte> element)
        {
            foreach (ref byte value in element)
            {
                value = (byte)bits.Read(8);
            }
        }
    }
}
