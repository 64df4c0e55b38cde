using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Gathering;

/// <summary>What is read of each row of an array of texts: a box over the axes after the first, and a row's shape as it is sent.</summary>
public sealed record TextSlice(ITextSource Source, Region Region, Shape Row)
{
    /// <summary>Where the text of this number within the box of one row lies in the array, in C order.</summary>
    public long PlaceOf(long row, long within)
    {
        Shape whole = Source.Shape.Row;
        long place = 0;
        long stride = 1;
        for (int axis = Region.Axes.Length - 1; axis >= 0; axis--)
        {
            AxisRange range = Region.Axes[axis];
            place += (range.Start + (within % range.Count * range.Step)) * stride;
            within /= range.Count;
            stride *= whole[axis];
        }

        return (row * stride) + place;
    }
}
