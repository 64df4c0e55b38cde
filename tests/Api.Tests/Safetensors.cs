using System.Buffers.Binary;
using System.Text.Json;

namespace Microtome.Api.Tests;

/// <summary>Reads a safetensors body as its specification says, checking that tensors lie without gaps and aligned to their items.</summary>
internal static class Safetensors
{
    public sealed record Tensor(string Dtype, long[] Shape, byte[] Data);

    public static Dictionary<string, Tensor> Read(byte[] body)
    {
        int headerBytes = (int)BinaryPrimitives.ReadUInt64LittleEndian(body);
        Assert.Equal(0, headerBytes % 8);
        using JsonDocument header = JsonDocument.Parse(body.AsMemory(8, headerBytes));
        Dictionary<string, Tensor> tensors = [];
        int end = 0;
        foreach (JsonProperty property in header.RootElement.EnumerateObject())
        {
            string dtype = property.Value.GetProperty("dtype").GetString()!;
            long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())];
            int from = property.Value.GetProperty("data_offsets")[0].GetInt32();
            int to = property.Value.GetProperty("data_offsets")[1].GetInt32();
            int item = dtype == "BOOL" ? 1 : int.Parse(dtype[1..], System.Globalization.CultureInfo.InvariantCulture) / 8;
            Assert.Equal(end, from);
            Assert.Equal(0, (8 + headerBytes + from) % item);
            Assert.Equal(item * shape.Aggregate(1L, (product, length) => product * length), to - from);
            tensors.Add(property.Name, new(dtype, shape, body[(8 + headerBytes + from)..(8 + headerBytes + to)]));
            end = to;
        }

        Assert.Equal(body.Length, 8 + headerBytes + end);
        return tensors;
    }
}
