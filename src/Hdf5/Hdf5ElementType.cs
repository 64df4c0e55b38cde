namespace Microtome.Hdf5;

/// <summary>What a served element is, apart from its size.</summary>
public enum Hdf5ElementKind
{
    Bool,
    Unsigned,
    Signed,
    Float,
    Complex,
}

/// <summary>The type in which an array's elements are served: native, little-endian, <c>Bytes</c> each.</summary>
public sealed record Hdf5ElementType(Hdf5ElementKind Kind, int Bytes)
{
    /// <summary>NumPy's spelling: <c>&lt;f4</c>, <c>|u1</c>.</summary>
    public string Name => (Bytes == 1 ? "|" : "<") + Code + Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private char Code => Kind switch
    {
        Hdf5ElementKind.Bool => 'b',
        Hdf5ElementKind.Unsigned => 'u',
        Hdf5ElementKind.Signed => 'i',
        Hdf5ElementKind.Float => 'f',
        _ => 'c',
    };

    public override string ToString() => Name;
}
