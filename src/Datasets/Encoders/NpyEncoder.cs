using System.Runtime.CompilerServices;
using System.Text;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>One array as a <c>.npy</c> file, version 1.0 (NEP 1): C order, little-endian, the data on a 64-byte boundary.</summary>
public sealed class NpyEncoder : IBatchEncoder
{
    private const int Alignment = 64;
    private const int PrefixBytes = 10;

    public string Name => "npy";

    public string MediaType => "application/x-npy";

    public string Extension => "npy";

    public bool IsBinary => true;

    public bool HoldsSeveral => false;

    public string? Refuse(Batch batch) => batch.Arrays.Count == 1 ? null : "npy holds exactly one array; name one in arrays=, or use safetensors or npz";

    public long? GetByteCount(Batch batch) => checked(HeaderOf(batch).Bytes.Length + batch.Arrays[0].Bytes);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(Batch batch, BatchBody body, CancellationToken cancellationToken)
    {
        await body.WriteAsync(HeaderOf(batch).Bytes, cancellationToken);
        await batch.Arrays[0].WriteAsync(body, cancellationToken);
    }

    private static NpyHeader HeaderOf(Batch batch) => batch.Form.Get(batch, static batch => new NpyHeader(Header(batch.Arrays[0])));

    /// <summary>Magic, version 1.0, the length of the rest, the dictionary padded with blanks to the boundary, a newline.</summary>
    internal static byte[] Header(BatchArray array)
    {
        string lengths = array.Shape.Rank == 1 ? array.Shape + "," : array.Shape.ToString().Replace(",", ", ", StringComparison.Ordinal);
        string text = $"{{'descr': '{array.Dtype.Name}', 'fortran_order': False, 'shape': ({lengths}), }}";
        int total = (PrefixBytes + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[total];
        header.AsSpan().Fill((byte)' ');
        ReadOnlySpan<byte> magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];
        magic.CopyTo(header);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - PrefixBytes));
        Encoding.ASCII.GetBytes(text, header.AsSpan(PrefixBytes));
        header[^1] = (byte)'\n';
        return header;
    }

    private sealed record NpyHeader(byte[] Bytes);
}
