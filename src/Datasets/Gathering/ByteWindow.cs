namespace Microtome.Datasets.Gathering;

/// <summary>A range of bytes.</summary>
public readonly record struct ByteWindow(long Start, long Length)
{
    public static readonly ByteWindow Whole = new(0, long.MaxValue);

    /// <summary>The part of this window over the bytes [position, position + total), counted from position.</summary>
    public ByteWindow Over(long position, long total)
    {
        long start = Math.Clamp(Start - position, 0, total);
        long end = Length > long.MaxValue - Start ? total : Math.Clamp(Start + Length - position, 0, total);
        return new(start, Math.Max(0, end - start));
    }
}
