using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microtome.Datasets.Transforms.Layouts;

/// <summary>Bytes, with shuffles for what pictures are: three or four channels apart, or together.</summary>
internal sealed class ByteTransposition : TiledTransposition<byte>
{
    /// <summary>Pixels that one step takes: two of them are a tile's rows.</summary>
    private const int Step = 16;

    protected override (int Rows, int Columns) RunVectors(ReadOnlySpan<byte> from, int fromStride, Span<byte> to, int toStride, int rows, int columns)
    {
        int pixelRows = rows & ~31;
        int pixelColumns = columns & ~15;
        if (columns == 3 && fromStride == 3 && pixelRows > 0)
        {
            Split3(from, to, toStride, pixelRows);
            return (pixelRows, 3);
        }

        if (columns == 4 && fromStride == 4 && pixelRows > 0)
        {
            Split4(from, to, toStride, pixelRows);
            return (pixelRows, 4);
        }

        if (rows == 3 && toStride == 3 && pixelColumns > 0)
        {
            Join3(from, fromStride, to, pixelColumns);
            return (3, pixelColumns);
        }

        if (rows == 4 && toStride == 4 && pixelColumns > 0)
        {
            Join4(from, fromStride, to, pixelColumns);
            return (4, pixelColumns);
        }

        return (0, 0);
    }

    private static void Split3(ReadOnlySpan<byte> from, Span<byte> to, int stride, int pixels)
    {
        ref byte source = ref MemoryMarshal.GetReference(from[..(3 * pixels)]);
        ref byte target = ref MemoryMarshal.GetReference(to[..((2 * stride) + pixels)]);
        for (int i = 0; i < pixels; i += Step)
        {
            Vector128<byte> a = Vector128.LoadUnsafe(ref source, (nuint)(3 * i));
            Vector128<byte> b = Vector128.LoadUnsafe(ref source, (nuint)((3 * i) + 16));
            Vector128<byte> c = Vector128.LoadUnsafe(ref source, (nuint)((3 * i) + 32));
            Vector128<byte> first = Vector128.Shuffle(a, Vector128.Create((byte)0, 3, 6, 9, 12, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(b, Vector128.Create((byte)255, 255, 255, 255, 255, 255, 2, 5, 8, 11, 14, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(c, Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 4, 7, 10, 13));
            Vector128<byte> second = Vector128.Shuffle(a, Vector128.Create((byte)1, 4, 7, 10, 13, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(b, Vector128.Create((byte)255, 255, 255, 255, 255, 0, 3, 6, 9, 12, 15, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(c, Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2, 5, 8, 11, 14));
            Vector128<byte> third = Vector128.Shuffle(a, Vector128.Create((byte)2, 5, 8, 11, 14, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(b, Vector128.Create((byte)255, 255, 255, 255, 255, 1, 4, 7, 10, 13, 255, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(c, Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 3, 6, 9, 12, 15));
            first.StoreUnsafe(ref target, (nuint)i);
            second.StoreUnsafe(ref target, (nuint)(stride + i));
            third.StoreUnsafe(ref target, (nuint)((2 * stride) + i));
        }
    }

    private static void Join3(ReadOnlySpan<byte> from, int stride, Span<byte> to, int pixels)
    {
        ref byte source = ref MemoryMarshal.GetReference(from[..((2 * stride) + pixels)]);
        ref byte target = ref MemoryMarshal.GetReference(to[..(3 * pixels)]);
        for (int i = 0; i < pixels; i += Step)
        {
            Vector128<byte> a = Vector128.LoadUnsafe(ref source, (nuint)i);
            Vector128<byte> b = Vector128.LoadUnsafe(ref source, (nuint)(stride + i));
            Vector128<byte> c = Vector128.LoadUnsafe(ref source, (nuint)((2 * stride) + i));
            Vector128<byte> first = Vector128.Shuffle(a, Vector128.Create((byte)0, 255, 255, 1, 255, 255, 2, 255, 255, 3, 255, 255, 4, 255, 255, 5))
                | Vector128.Shuffle(b, Vector128.Create((byte)255, 0, 255, 255, 1, 255, 255, 2, 255, 255, 3, 255, 255, 4, 255, 255))
                | Vector128.Shuffle(c, Vector128.Create((byte)255, 255, 0, 255, 255, 1, 255, 255, 2, 255, 255, 3, 255, 255, 4, 255));
            Vector128<byte> second = Vector128.Shuffle(a, Vector128.Create((byte)255, 255, 6, 255, 255, 7, 255, 255, 8, 255, 255, 9, 255, 255, 10, 255))
                | Vector128.Shuffle(b, Vector128.Create((byte)5, 255, 255, 6, 255, 255, 7, 255, 255, 8, 255, 255, 9, 255, 255, 10))
                | Vector128.Shuffle(c, Vector128.Create((byte)255, 5, 255, 255, 6, 255, 255, 7, 255, 255, 8, 255, 255, 9, 255, 255));
            Vector128<byte> third = Vector128.Shuffle(a, Vector128.Create((byte)255, 11, 255, 255, 12, 255, 255, 13, 255, 255, 14, 255, 255, 15, 255, 255))
                | Vector128.Shuffle(b, Vector128.Create((byte)255, 255, 11, 255, 255, 12, 255, 255, 13, 255, 255, 14, 255, 255, 15, 255))
                | Vector128.Shuffle(c, Vector128.Create((byte)10, 255, 255, 11, 255, 255, 12, 255, 255, 13, 255, 255, 14, 255, 255, 15));
            first.StoreUnsafe(ref target, (nuint)(3 * i));
            second.StoreUnsafe(ref target, (nuint)((3 * i) + 16));
            third.StoreUnsafe(ref target, (nuint)((3 * i) + 32));
        }
    }

    private static void Split4(ReadOnlySpan<byte> from, Span<byte> to, int stride, int pixels)
    {
        ref byte source = ref MemoryMarshal.GetReference(from[..(4 * pixels)]);
        ref byte target = ref MemoryMarshal.GetReference(to[..((3 * stride) + pixels)]);
        for (int i = 0; i < pixels; i += Step)
        {
            Vector128<uint> a = Group4(Vector128.LoadUnsafe(ref source, (nuint)(4 * i)));
            Vector128<uint> b = Group4(Vector128.LoadUnsafe(ref source, (nuint)((4 * i) + 16)));
            Vector128<uint> c = Group4(Vector128.LoadUnsafe(ref source, (nuint)((4 * i) + 32)));
            Vector128<uint> d = Group4(Vector128.LoadUnsafe(ref source, (nuint)((4 * i) + 48)));
            for (int channel = 0; channel < 4; channel++)
            {
                Vector128.Create(a[channel], b[channel], c[channel], d[channel]).AsByte().StoreUnsafe(ref target, (nuint)((channel * stride) + i));
            }
        }
    }

    private static void Join4(ReadOnlySpan<byte> from, int stride, Span<byte> to, int pixels)
    {
        ref byte source = ref MemoryMarshal.GetReference(from[..((3 * stride) + pixels)]);
        ref byte target = ref MemoryMarshal.GetReference(to[..(4 * pixels)]);
        for (int i = 0; i < pixels; i += Step)
        {
            Vector128<uint> a = Vector128.LoadUnsafe(ref source, (nuint)i).AsUInt32();
            Vector128<uint> b = Vector128.LoadUnsafe(ref source, (nuint)(stride + i)).AsUInt32();
            Vector128<uint> c = Vector128.LoadUnsafe(ref source, (nuint)((2 * stride) + i)).AsUInt32();
            Vector128<uint> d = Vector128.LoadUnsafe(ref source, (nuint)((3 * stride) + i)).AsUInt32();
            for (int quarter = 0; quarter < 4; quarter++)
            {
                Group4(Vector128.Create(a[quarter], b[quarter], c[quarter], d[quarter]).AsByte()).AsByte().StoreUnsafe(ref target, (nuint)((4 * i) + (16 * quarter)));
            }
        }
    }

    /// <summary>Four pixels of four channels, transposed: the bytes of each channel become one element.</summary>
    private static Vector128<uint> Group4(Vector128<byte> pixels) =>
        Vector128.Shuffle(pixels, Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsUInt32();
}
