namespace Microtome.Hdf5.Reading;

/// <summary>One element of zeros, of any size.</summary>
internal static class ZeroElements
{
    private static readonly byte[] Small = new byte[4096];

    public static ReadOnlySpan<byte> Get(int elementBytes) => elementBytes <= Small.Length ? Small.AsSpan(0, elementBytes) : new byte[elementBytes];
}
