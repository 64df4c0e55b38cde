using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Microtome.Hdf5.Conversions;

/// <summary>Big-endian numbers of 2, 4 or 8 bytes.</summary>
internal sealed class SwapConversion(int bytes) : ElementConversion(bytes, bytes)
{
    public override void Convert(ReadOnlySpan<byte> stored, Span<byte> native)
    {
        switch (StoredBytes)
        {
            case 2:
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ushort>(stored), MemoryMarshal.Cast<byte, ushort>(native));
                break;
            case 4:
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, uint>(stored), MemoryMarshal.Cast<byte, uint>(native));
                break;
            default:
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ulong>(stored), MemoryMarshal.Cast<byte, ulong>(native));
                break;
        }
    }
}
