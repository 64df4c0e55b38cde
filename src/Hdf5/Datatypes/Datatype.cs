namespace Microtome.Hdf5.Datatypes;

/// <summary>What an element is in the file (specification IV.A.2.d). <c>Size</c> is its bytes there.</summary>
internal abstract record Datatype(int Size)
{
    /// <summary>Elements hold addresses into the file's global heap somewhere.</summary>
    public virtual bool HasHeapParts => false;
}

/// <summary>An integer of <c>Precision</c> bits from bit <c>BitOffset</c> on; bit fields are unsigned ones.</summary>
internal sealed record IntegerType(int Size, bool IsBigEndian, bool IsSigned, int BitOffset, int Precision, bool IsBitField) : Datatype(Size);

/// <summary>A floating-point number by its fields, in bits from the least significant.</summary>
internal sealed record FloatType(
    int Size,
    FloatOrder Order,
    int SignAt,
    int ExponentAt,
    int ExponentBits,
    int MantissaAt,
    int MantissaBits,
    uint Bias,
    FloatNormalization Normalization) : Datatype(Size);

internal enum FloatOrder
{
    LittleEndian,
    BigEndian,
    Vax,
}

internal enum FloatNormalization
{
    None = 0,
    AlwaysSet = 1,
    Implied = 2,
}

internal sealed record TimeType(int Size) : Datatype(Size);

internal enum StringPadding
{
    NullTerminated = 0,
    NullPadded = 1,
    SpacePadded = 2,
}

internal sealed record StringType(int Size, StringPadding Padding, bool IsUtf8) : Datatype(Size);

internal sealed record OpaqueType(int Size, string Tag) : Datatype(Size);

internal sealed record CompoundMember(string Name, int Offset, Datatype Type);

internal sealed record CompoundType(int Size, IReadOnlyList<CompoundMember> Members) : Datatype(Size)
{
    public override bool HasHeapParts { get; } = Members.Any(member => member.Type.HasHeapParts);

    public IReadOnlyList<string> MemberNames => field ??= [.. Members.Select(member => member.Name)];
}

internal enum ReferenceKind
{
    Object = 0,
    Region = 1,
    Other = 2,
}

internal sealed record ReferenceType(int Size, ReferenceKind Kind) : Datatype(Size)
{
    public override bool HasHeapParts => Kind != ReferenceKind.Object;
}

/// <summary><c>Values</c> are the members' stored bytes, in the base type.</summary>
internal sealed record EnumType(int Size, Datatype Base, IReadOnlyList<string> Names, ReadOnlyMemory<byte> Values) : Datatype(Size)
{
    public ReadOnlySpan<byte> ValueOf(int member) => Values.Span.Slice(member * Size, Size);
}

internal sealed record VariableLengthType(int Size, bool IsString, bool IsUtf8, Datatype Base) : Datatype(Size)
{
    public override bool HasHeapParts => true;
}

internal sealed record ArrayType(int Size, IReadOnlyList<long> Dims, Datatype Base) : Datatype(Size)
{
    public override bool HasHeapParts => Base.HasHeapParts;
}

/// <summary>Two numbers of the base type, real and imaginary (format 4.0).</summary>
internal sealed record ComplexType(int Size, Datatype Base) : Datatype(Size);
