using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Encoders;

/// <summary>
/// How an array is drawn: one picture, or up to 1,024 of them as a contact sheet without gaps. Two axes are a picture; three are
/// one picture where the last is 1, 3 or 4 channels, else pictures; four are pictures with channels.
/// </summary>
public sealed record PngSheet(long Pictures, long Columns, int Height, int Width, int Channels)
{
    public const int MaxPictures = 1024;

    /// <summary>Pixels on a side; far below what PNG allows, far above what anybody looks at.</summary>
    private const long MaxSide = 1 << 16;

    public long Rows => (Pictures + Columns - 1) / Columns;

    /// <summary><c>columns,cellHeight,cellWidth</c>, as the header X-Sheet says it.</summary>
    public override string ToString() => $"{Columns},{Height},{Width}";

    /// <summary>The sheet of a shape, or why there is none.</summary>
    public static PngSheet? TryMake(Shape shape, int? columns, out string? reason)
    {
        (long pictures, int first, bool hasChannels) = shape.Rank switch
        {
            2 => (1L, 0, false),
            3 when IsChannels(shape[2]) => (1L, 0, true),
            3 => (shape[0], 1, false),
            4 when IsChannels(shape[3]) => (shape[0], 1, true),
            _ => (0L, 0, false),
        };
        if (shape.Rank is < 2 or > 4 || (shape.Rank == 4 && !hasChannels))
        {
            reason = $"png shows H×W, H×W×1|3|4, or up to {MaxPictures} of them; this is ({shape}): choose axes with select=";
            return null;
        }

        long across = columns ?? (long)Math.Ceiling(Math.Sqrt(pictures));
        long height = shape[first];
        long width = shape[first + 1];
        if (pictures > MaxPictures || shape.Count == 0 || width > MaxSide / Math.Min(across, Math.Max(pictures, 1)) || height * ((pictures + across - 1) / across) > MaxSide)
        {
            reason = shape.Count == 0 ? "png cannot show a picture without pixels" : $"png shows at most {MaxPictures} pictures and {MaxSide} pixels on a side";
            return null;
        }

        reason = null;
        return new(pictures, Math.Min(across, pictures), (int)height, (int)width, hasChannels ? (int)shape[shape.Rank - 1] : 1);
    }

    private static bool IsChannels(long length) => length is 1 or 3 or 4;
}
