using Microtome.Hdf5.Datatypes;
using Microtome.Hdf5.Reading;

namespace Microtome.Hdf5.Tests;

/// <summary>A numeric attribute as the bytes that an array of the same type would be served as.</summary>
internal static class AttributeNumbers
{
    public static async Task<byte[]> ReadAsync(Hdf5Attribute attribute)
    {
        ServedElement element = ServedElement.Resolve(new("", attribute.Type!, 0, [], []), out string? reason)
            ?? throw new Hdf5FormatException(reason!);
        CompactStorage storage = new(attribute.Data, new(false, [.. attribute.Shape], [.. attribute.Shape]), attribute.Type!.Size);
        Hdf5Range[] all = [.. attribute.Shape.Select(Hdf5Range.All), .. element.Geometry.Dims.Select(Hdf5Range.All)];
        byte[] bytes = new byte[all.Aggregate(1L, (count, range) => count * range.Count) * element.Type.Bytes];
        if (bytes.Length > 0)
            await new NumberReader(storage, element).ReadAsync(all, bytes, TestContext.Current.CancellationToken);

        return bytes;
    }
}
