namespace Microtome.Hdf5.Reading;

/// <summary>Holds a selection against a shape.</summary>
internal static class Selection
{
    /// <summary>Elements of the selection.</summary>
    /// <exception cref="ArgumentException">It does not lie in the shape.</exception>
    public static long Check(ReadOnlySpan<Hdf5Range> selection, ReadOnlySpan<long> shape)
    {
        if (selection.Length != shape.Length)
            throw new ArgumentException($"{selection.Length} ranges do not fit an array of {shape.Length} axes.", nameof(selection));

        long count = 1;
        for (int axis = 0; axis < selection.Length; axis++)
        {
            Hdf5Range range = selection[axis];
            bool lies = range.Start >= 0 && range.Count >= 0 && range.Step >= 1
                && (range.Count == 0 || (range.Start < shape[axis] && range.Count - 1 <= (shape[axis] - 1 - range.Start) / range.Step));
            if (!lies)
                throw new ArgumentException($"{range} does not lie on an axis of {shape[axis]}.", nameof(selection));

            count *= range.Count; // no more than the shape's own elements, whose number fits
        }

        return count;
    }
}
