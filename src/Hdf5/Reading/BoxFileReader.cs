using System.Buffers;
using Microtome.Hdf5.FileLevel;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// Reads a box of plain stored bytes: long runs straight into the destination; many small ones that lie close together by one read
/// of a window that covers them. Never reads more than eight times what is selected, but for single windows of one page.
/// </summary>
internal static class BoxFileReader
{
    private const int WindowBytes = 256 << 10;
    private const int PageBytes = 4096;
    private const int WorstAmplification = 8;

    /// <param name="file">The file.</param>
    /// <param name="address">Where the stored block lies that the box's source offsets count from.</param>
    /// <param name="box">What to read, and where it goes.</param>
    /// <param name="target">The destination.</param>
    public static void Read(BoundedFile file, long address, in Box box, Span<byte> target)
    {
        // Held here for the whole box, so that nothing below can overflow or half succeed.
        long extent = box.SourceExtent(box.Axes);
        if (box.SourceOffset > long.MaxValue - address)
            throw new Hdf5FormatException("A chunk lies beyond any file.");

        file.CheckRange(address + box.SourceOffset, extent);
        Read(file, address, in box, target, box.Axes, box.SourceOffset, box.TargetOffset);
    }

    /// <summary>The recursion is as deep as the box has axes, at most 33.</summary>
    private static void Read(BoundedFile file, long address, in Box box, Span<byte> target, int axes, long sourceOffset, long targetOffset)
    {
        if (axes == 0)
        {
            file.Read(address + sourceOffset, target.Slice((int)targetOffset, (int)box.RunBytes));
            return;
        }

        int outer = axes - 1;
        long inner = box.SourceExtent(outer);
        long perWindow = inner > WindowBytes ? 0 : ((WindowBytes - inner) / box.SourceStride(outer)) + 1;
        bool isDense = box.SelectedBytes(axes) >= box.SourceExtent(axes) / WorstAmplification || box.SourceExtent(axes) <= PageBytes;
        if (perWindow < 2 || !isDense)
        {
            for (long i = 0; i < box.Count(outer); i++)
                Read(file, address, in box, target, outer, sourceOffset + (i * box.SourceStride(outer)), targetOffset + (i * box.TargetStride(outer)));

            return;
        }

        ReadWindows(file, address, in box, target, axes, sourceOffset, targetOffset, perWindow);
    }

    private static void ReadWindows(
        BoundedFile file, long address, in Box box, Span<byte> target, int axes, long sourceOffset, long targetOffset, long perWindow)
    {
        int outer = axes - 1;
        byte[] window = ArrayPool<byte>.Shared.Rent(WindowBytes);
        try
        {
            for (long i = 0; i < box.Count(outer); i += perWindow)
            {
                long steps = Math.Min(perWindow, box.Count(outer) - i);
                long start = sourceOffset + (i * box.SourceStride(outer));
                int bytes = (int)(((steps - 1) * box.SourceStride(outer)) + box.SourceExtent(outer));
                file.Read(address + start, window.AsSpan(0, bytes));
                box.Copy(window.AsSpan(0, bytes), 0, target, targetOffset + (i * box.TargetStride(outer)), axes, steps);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }
}
