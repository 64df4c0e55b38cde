namespace Microtome.Hdf5.Reading;

/// <summary>A decoded chunk, held until disposed (once).</summary>
internal readonly struct ChunkLease(CachedChunk chunk) : IDisposable
{
    public ReadOnlySpan<byte> Bytes => chunk.Span;

    public void Dispose() => chunk.Release();
}
