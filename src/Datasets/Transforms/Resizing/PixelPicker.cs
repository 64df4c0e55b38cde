using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Transforms.Resizing;

/// <summary>Copies chosen pixels of a line, for one size of pixel.</summary>
internal abstract class PixelPicker
{
    public static PixelPicker Of(int pixelBytes) => pixelBytes switch
    {
        1 => new SizedPixelPicker<byte>(),
        2 => new SizedPixelPicker<ushort>(),
        3 => new SizedPixelPicker<Bytes3>(),
        4 => new SizedPixelPicker<uint>(),
        8 => new SizedPixelPicker<ulong>(),
        12 => new SizedPixelPicker<Bytes12>(),
        16 => new SizedPixelPicker<UInt128>(),
        _ => new AnyPixelPicker(pixelBytes),
    };

    /// <param name="source">A line of pixels.</param>
    /// <param name="destination">A pixel for each of <paramref name="columns"/>.</param>
    /// <param name="columns">Which pixels, by place in the line.</param>
    public abstract void Pick(ReadOnlySpan<byte> source, Span<byte> destination, ReadOnlySpan<int> columns);

    private sealed class SizedPixelPicker<TPixel> : PixelPicker
        where TPixel : unmanaged
    {
        public override void Pick(ReadOnlySpan<byte> source, Span<byte> destination, ReadOnlySpan<int> columns)
        {
            ReadOnlySpan<TPixel> from = MemoryMarshal.Cast<byte, TPixel>(source);
            Span<TPixel> to = MemoryMarshal.Cast<byte, TPixel>(destination)[..columns.Length];
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = from[columns[i]];
            }
        }
    }

    private sealed class AnyPixelPicker(int pixelBytes) : PixelPicker
    {
        public override void Pick(ReadOnlySpan<byte> source, Span<byte> destination, ReadOnlySpan<int> columns)
        {
            for (int i = 0; i < columns.Length; i++)
            {
                source.Slice(columns[i] * pixelBytes, pixelBytes).CopyTo(destination[(i * pixelBytes)..]);
            }
        }
    }

    [InlineArray(3)]
    private struct Bytes3
    {
        private byte _first;
    }

    [InlineArray(12)]
    private struct Bytes12
    {
        private byte _first;
    }
}
