using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// Where the channels of an image lie in a row. A row of H×W×C with at most four channels has them in its last axis, one of C×H×W
/// (PyTorch's order) in its first, one of H×W is a single channel; other rows are no images, and are measured as a whole.
/// </summary>
/// <param name="Count">How many channels; 1 where there are none.</param>
/// <param name="PlaneElements">Elements of one channel where it lies together; 0 where the channels take turns, element by element.</param>
/// <param name="IsImage">Whether the rows are images.</param>
internal readonly record struct ChannelLayout(int Count, long PlaneElements, bool IsImage)
{
    /// <summary>Grey, grey and alpha, colour, colour and alpha.</summary>
    public const int MaxChannels = 4;

    public static ChannelLayout Of(Shape row) => row.Rank switch
    {
        2 => new(1, 0, true),
        3 when row[2] is >= 1 and <= MaxChannels => new((int)row[2], 0, true),
        3 when row[0] is >= 1 and <= MaxChannels => new((int)row[0], row[1] * row[2], true),
        _ => new(1, 0, false),
    };

    /// <summary>How many channels take turns, element by element.</summary>
    public int Interleaved => PlaneElements == 0 ? Count : 1;

    /// <summary>The channel that an element of a row begins, and how many elements from there on lie together as that channel's or as whole pixels.</summary>
    public (int Channel, long Elements) At(long element, long rowElements) => PlaneElements == 0
        ? (0, rowElements - element)
        : ((int)(element / PlaneElements), PlaneElements - (element % PlaneElements));
}
