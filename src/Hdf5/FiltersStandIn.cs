using System.Collections.Immutable;

namespace Microtome.Hdf5.Filters;

public sealed record FilterSpec(int Id, string? Name, int Flags, ImmutableArray<uint> ClientData);

public sealed class NativeCodecs
{
    public static NativeCodecs None { get; } = new();
}

public sealed class FilterPipeline
{
    public ImmutableArray<FilterSpec> Filters { get; private init; }
    public bool IsSupported => Filters.All(f => f.Id is 1 or 2 or 3);
    public string? Reason => IsSupported ? null : $"filter {Filters.First(f => f.Id is not (1 or 2 or 3)).Id}";
    private int ElementSize { get; init; }
    public static FilterPipeline Create(ImmutableArray<FilterSpec> filters, int elementSize, long chunkBytes, NativeCodecs native) => new() { Filters = filters, ElementSize = elementSize };
    public void Decode(ReadOnlySpan<byte> stored, uint filterMask, Span<byte> decoded)
    {
        byte[] data = stored.ToArray();
        for (int i = Filters.Length - 1; i >= 0; i--)
        {
            if ((filterMask & (1u << i)) != 0) continue;
            switch (Filters[i].Id)
            {
                case 1:
                    using (var z = new System.IO.Compression.ZLibStream(new MemoryStream(data), System.IO.Compression.CompressionMode.Decompress))
                    {
                        byte[] o = new byte[decoded.Length + 4];
                        int n = 0, k;
                        try { while (n < o.Length && (k = z.Read(o, n, o.Length - n)) > 0) n += k; } catch (InvalidDataException e) { throw new Hdf5FormatException("deflate", e); }
                        data = o[..n];
                    }
                    break;
                case 2:
                    int es = (int)Filters[i].ClientData[0]; byte[] u = new byte[data.Length]; int cnt = data.Length / es;
                    for (int e = 0; e < cnt; e++) for (int b = 0; b < es; b++) u[e * es + b] = data[b * cnt + e];
                    for (int t = cnt * es; t < data.Length; t++) u[t] = data[t];
                    data = u; break;
                default: if (data.Length < 4) throw new Hdf5FormatException("short"); data = data[..^4]; break;
            }
        }
        if (data.Length != decoded.Length) throw new Hdf5FormatException("length");
        data.CopyTo(decoded);
    }
}
