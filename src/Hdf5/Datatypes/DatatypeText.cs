using System.Globalization;
using System.Text;

namespace Microtome.Hdf5.Datatypes;

/// <summary>A datatype in words, for listings: NumPy's spelling where it has one (<c>&gt;f4</c>), else what the type is.</summary>
internal static class DatatypeText
{
    private const int MaxLength = 1000;

    public static string Describe(Datatype type)
    {
        StringBuilder text = new();
        Append(text, type);
        return text.Length <= MaxLength ? text.ToString() : string.Concat(text.ToString(0, MaxLength), "…");
    }

    /// <summary>Nesting is bounded by the parser; the length is bounded here, since members may be many.</summary>
    private static void Append(StringBuilder text, Datatype type)
    {
        if (text.Length > MaxLength)
            return;

        switch (type)
        {
            case IntegerType integer:
                text.Append(Order(integer.Size, integer.IsBigEndian)).Append(integer.IsSigned ? 'i' : 'u').Append(integer.Size);
                if (integer.Precision != 8 * integer.Size)
                    text.Append(CultureInfo.InvariantCulture, $":{integer.Precision}");
                break;
            case FloatType real:
                AppendFloat(text, real);
                break;
            case TimeType time:
                text.Append(CultureInfo.InvariantCulture, $"time{8 * time.Size}");
                break;
            case StringType fixedText:
                text.Append(fixedText.IsUtf8 ? "utf-8" : "ascii").Append(CultureInfo.InvariantCulture, $"[{fixedText.Size}]");
                break;
            case OpaqueType opaque:
                text.Append(CultureInfo.InvariantCulture, $"opaque[{opaque.Size}]");
                if (opaque.Tag.Length > 0)
                    text.Append('(').Append(opaque.Tag).Append(')');
                break;
            case CompoundType compound:
                AppendCompound(text, compound);
                break;
            case ReferenceType reference:
                text.Append(reference.Kind switch
                {
                    ReferenceKind.Object => "reference",
                    ReferenceKind.Region => "region reference",
                    _ => "reference of HDF5 1.12",
                });
                break;
            case EnumType enumeration:
                text.Append("enum(");
                Append(text, enumeration.Base);
                text.Append(')');
                break;
            case VariableLengthType { IsString: true } variable:
                text.Append(variable.IsUtf8 ? "utf-8" : "ascii").Append("[]");
                break;
            case VariableLengthType variable:
                text.Append("vlen(");
                Append(text, variable.Base);
                text.Append(')');
                break;
            case ArrayType array:
                Append(text, array.Base);
                text.Append('[').AppendJoin(',', array.Dims).Append(']');
                break;
            case ComplexType complex:
                text.Append("complex(");
                Append(text, complex.Base);
                text.Append(')');
                break;
        }
    }

    private static void AppendFloat(StringBuilder text, FloatType real)
    {
        text.Append(Order(real.Size, real.Order == FloatOrder.BigEndian)).Append('f').Append(real.Size);
        (int Exponent, int Mantissa) fields = (real.ExponentBits, real.MantissaBits);
        bool isUsual = (real.Size, fields) is (2, (5, 10)) or (4, (8, 23)) or (8, (11, 52));
        if (!isUsual)
            text.Append(CultureInfo.InvariantCulture, $":e{real.ExponentBits}m{real.MantissaBits}");

        if (real.Order == FloatOrder.Vax)
            text.Append(":vax");
    }

    private static void AppendCompound(StringBuilder text, CompoundType compound)
    {
        text.Append('{');
        for (int i = 0; i < compound.Members.Count && text.Length <= MaxLength; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(compound.Members[i].Name).Append(": ");
            Append(text, compound.Members[i].Type);
        }

        text.Append('}');
    }

    private static char Order(int size, bool isBigEndian) => size == 1 ? '|' : isBigEndian ? '>' : '<';
}
