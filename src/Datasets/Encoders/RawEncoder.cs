using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>One array's bytes and nothing else: C order, little-endian; shape and dtype stand in the headers.</summary>
public sealed class RawEncoder : IBatchEncoder
{
    public string Name => "raw";

    public string MediaType => "application/octet-stream";

    public string Extension => "bin";

    public bool IsBinary => true;

    public bool HoldsSeveral => false;

    public string? Refuse(Batch batch) => batch.Arrays.Count == 1 ? null : "raw holds exactly one array; name one in arrays=, or use safetensors or npz";

    public long? GetByteCount(Batch batch) => batch.Arrays[0].Bytes;

    public ValueTask WriteAsync(Batch batch, BatchBody body, CancellationToken cancellationToken) =>
        batch.Arrays[0].WriteAsync(body, cancellationToken);
}
