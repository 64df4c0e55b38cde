using System.Buffers.Binary;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Tests.Profiles;

/// <summary>Elements as doubles, the plain way.</summary>
internal static class TestNumbers
{
    public static double ToDouble(Dtype dtype, ReadOnlySpan<byte> element) => dtype.Code switch
    {
        "b1" or "u1" => element[0],
        "i1" => (sbyte)element[0],
        "u2" => BinaryPrimitives.ReadUInt16LittleEndian(element),
        "i2" => BinaryPrimitives.ReadInt16LittleEndian(element),
        "u4" => BinaryPrimitives.ReadUInt32LittleEndian(element),
        "i4" => BinaryPrimitives.ReadInt32LittleEndian(element),
        "u8" => BinaryPrimitives.ReadUInt64LittleEndian(element),
        "i8" => BinaryPrimitives.ReadInt64LittleEndian(element),
        "f2" => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
        "f4" => BinaryPrimitives.ReadSingleLittleEndian(element),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(element),
    };
}
