using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Gathering;

namespace Microtome.Datasets.Encoders;

/// <summary>
/// Several arrays in one safetensors file: a u64 header length, a JSON header padded with blanks to 8 bytes, the data. Tensors are
/// ordered by item size, largest first, then as asked, so that each is aligned to its items. A bare slice is named <c>data</c>.
/// </summary>
public sealed class SafetensorsEncoder : IBatchEncoder
{
    private const int Alignment = 8;
    private const string BareName = "data";

    /// <summary>What the format's header says of itself, as a map of texts.</summary>
    private const string MetadataName = "__metadata__";

    public string Name => "safetensors";

    public string MediaType => "application/vnd.safetensors";

    public string Extension => "safetensors";

    public bool IsBinary => true;

    public bool HoldsSeveral => true;

    public string? Refuse(Batch batch)
    {
        foreach (BatchArray array in batch.Arrays)
        {
            if (array.Dtype.Kind == DtypeKind.Complex)
            {
                return $"safetensors has no complex numbers ({array.Name} is {array.Dtype}); use npy, npz or raw";
            }

            if (array.Name == MetadataName)
            {
                return $"safetensors keeps the name {MetadataName} for itself; use npy, npz or raw";
            }
        }

        return null;
    }

    public long? GetByteCount(Batch batch) => checked(LayoutOf(batch).Header.Length + batch.Bytes);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(Batch batch, BatchBody body, CancellationToken cancellationToken)
    {
        Layout layout = LayoutOf(batch);
        await body.WriteAsync(layout.Header, cancellationToken);
        foreach (int place in layout.Places)
        {
            await batch.Arrays[place].WriteAsync(body, cancellationToken);
        }
    }

    private static Layout LayoutOf(Batch batch) => batch.Form.Get(batch, static batch =>
    {
        int[] places = Arrange(batch);
        return new Layout(places, Header(batch, places));
    });

    /// <summary>Which array comes when: insertion sort by item size, which is stable; there are no more than a handful.</summary>
    private static int[] Arrange(Batch batch)
    {
        int[] places = new int[batch.Arrays.Count];
        for (int i = 0; i < places.Length; i++)
        {
            int slot = i;
            for (; slot > 0 && batch.Arrays[places[slot - 1]].Dtype.ItemSize < batch.Arrays[i].Dtype.ItemSize; slot--)
            {
                places[slot] = places[slot - 1];
            }

            places[slot] = i;
        }

        return places;
    }

    private static byte[] Header(Batch batch, int[] places)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(sizeof(long)), 0);
        buffer.Advance(sizeof(long));
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            long offset = 0;
            foreach (int place in places)
            {
                BatchArray array = batch.Arrays[place];
                WriteTensor(json, batch.IsBare ? BareName : array.Name, array, offset);
                offset += array.Bytes;
            }

            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (Alignment - 1);
        buffer.GetSpan(Alignment)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        byte[] header = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - sizeof(long));
        return header;
    }

    private static void WriteTensor(Utf8JsonWriter json, string name, BatchArray array, long offset)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", TypeName(array.Dtype));
        json.WriteStartArray("shape");
        foreach (long length in array.Shape.Lengths)
        {
            json.WriteNumberValue(length);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + array.Bytes);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private sealed record Layout(int[] Places, byte[] Header);

    private static string? TypeName(Dtype dtype) => (dtype.Kind, dtype.ItemSize) switch
    {
        (DtypeKind.Bool, _) => "BOOL",
        (DtypeKind.Unsigned, int size) => "U" + (size * 8),
        (DtypeKind.Signed, int size) => "I" + (size * 8),
        (DtypeKind.Float, int size) => "F" + (size * 8),
        _ => null,
    };
}
