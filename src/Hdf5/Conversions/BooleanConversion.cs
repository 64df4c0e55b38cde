namespace Microtome.Hdf5.Conversions;

/// <summary>Booleans stored in more than one byte, or not in plain ones: any bit makes one true.</summary>
internal sealed class BooleanConversion(ElementConversion inner) : ElementConversion(inner.StoredBytes, 1)
{
    public override void Convert(ReadOnlySpan<byte> stored, Span<byte> native)
    {
        Span<byte> value = stackalloc byte[8];
        for (int i = 0; i < native.Length; i++)
        {
            inner.Convert(stored.Slice(i * StoredBytes, StoredBytes), value[..inner.NativeBytes]);
            native[i] = value[..inner.NativeBytes].ContainsAnyExcept((byte)0) ? (byte)1 : (byte)0;
        }
    }
}
