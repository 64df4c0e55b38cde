namespace Microtome.Hdf5.Conversions;

/// <summary>Numbers that are stored as they are served.</summary>
internal sealed class IdentityConversion(int bytes) : ElementConversion(bytes, bytes)
{
    public override bool IsIdentity => true;

    public override void Convert(ReadOnlySpan<byte> stored, Span<byte> native) => stored.CopyTo(native);
}
