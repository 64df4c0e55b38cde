using Microtome.Hdf5.Conversions;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Datatypes;

/// <summary>How a stored element is served as numbers: where they lie, as what they come out, and what turns one into the other.</summary>
internal sealed record ServedElement(ElementGeometry Geometry, Hdf5ElementType Type, ElementConversion Conversion)
{
    /// <summary>Decides as h5py does which NumPy type an element has; <paramref name="reason"/> says why one has none.</summary>
    public static ServedElement? Resolve(MemberView view, out string? reason)
    {
        Datatype type = view.Type;
        List<long> dims = [.. view.Dims];
        List<long> strides = [.. view.Strides];
        while (type is ArrayType array)
        {
            long stride = array.Size;
            foreach (long length in array.Dims)
            {
                stride /= length;
                dims.Add(length);
                strides.Add(stride);
            }

            type = array.Base;
        }

        if (dims.Count > Dataspace.MaxRank)
        {
            reason = $"an array datatype of {dims.Count} axes";
            return null;
        }

        (Datatype part, int partOffset, int partStride)? complex = ComplexParts(type);
        Datatype number = complex?.part ?? type;
        if (ElementConversion.Create(number, out Hdf5ElementType? served, out reason) is not { } conversion)
            return null;

        if (complex is { } parts)
        {
            ElementGeometry pair = new(view.Offset + parts.partOffset, [.. dims], [.. strides], number.Size, 2, parts.partStride);
            return new(pair, new(Hdf5ElementKind.Complex, 2 * served!.Bytes), conversion);
        }

        return new(new(view.Offset, [.. dims], [.. strides], number.Size, 1, number.Size), served!, conversion);
    }

    /// <summary>h5py writes complex numbers as a compound of two equal floats named r and i; format 4.0 has a class for them.</summary>
    public static (Datatype Part, int Offset, int Stride)? ComplexParts(Datatype type) => type switch
    {
        CompoundType { Members: [{ Name: "r" } real, { Name: "i" } imaginary] }
            when real.Type is FloatType { Size: 4 or 8 } && real.Type == imaginary.Type && imaginary.Offset >= real.Offset + real.Type.Size
            => (real.Type, real.Offset, imaginary.Offset - real.Offset),
        ComplexType { Base: FloatType { Size: 4 or 8 } } complex => (complex.Base, 0, complex.Base.Size),
        _ => null,
    };
}
