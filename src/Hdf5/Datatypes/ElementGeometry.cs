namespace Microtome.Hdf5.Datatypes;

/// <summary>
/// Where the numbers of a served array lie within a stored element: an offset (a compound's member), axes of its own (array
/// datatypes, in bytes from one to the next), and the plain bytes that are copied as one.
/// </summary>
/// <param name="Offset">Bytes from the element's start.</param>
/// <param name="Dims">Lengths of the element's own axes, outermost first; they follow the dataset's in the shape served.</param>
/// <param name="Strides">Bytes from one to the next on each of them.</param>
/// <param name="UnitBytes">Plain bytes of one number as stored.</param>
/// <param name="Parts">2 for a complex number, else 1; the parts are one served element.</param>
/// <param name="PartStride">Bytes from the real to the imaginary part.</param>
internal sealed record ElementGeometry(int Offset, long[] Dims, long[] Strides, int UnitBytes, int Parts, int PartStride)
{
    /// <summary>A whole stored element, whatever it is.</summary>
    public static ElementGeometry Whole(int elementBytes) => new(0, [], [], elementBytes, 1, elementBytes);
}
