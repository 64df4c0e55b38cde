namespace Microtome.Hdf5.Layouts;

/// <summary>Where a dataset's bytes are (specification IV.A.2.i).</summary>
internal abstract record DataLayout
{
    public abstract string Name { get; }
}

/// <summary>The bytes lie in the object header itself.</summary>
internal sealed record CompactLayout(ReadOnlyMemory<byte> Data) : DataLayout
{
    public override string Name => "compact";
}

/// <summary>The bytes lie in one run. <c>Address</c> is -1 where nothing was ever written, <c>Bytes</c> -1 where the message does not say.</summary>
internal sealed record ContiguousLayout(long Address, long Bytes) : DataLayout
{
    public override string Name => "contiguous";
}

/// <summary>The bytes lie elsewhere, piece by piece in other datasets.</summary>
internal sealed record VirtualLayout : DataLayout
{
    public override string Name => "virtual";
}
