using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Reading;

/// <summary>Reads whole stored elements by their places in C order, whatever their type.</summary>
internal static class ElementReader
{
    /// <summary>Cuts a run of places into boxes: as many whole sub-arrays at a time as there are, else pieces of the last axis.</summary>
    public static async ValueTask ReadAsync(ArrayStorage storage, long start, Memory<byte> destination, CancellationToken cancellationToken)
    {
        long[] dims = storage.Space.Dims;
        var geometry = ElementGeometry.Whole(storage.ElementBytes);
        long left = destination.Length / storage.ElementBytes;
        while (left > 0)
        {
            Hdf5Range[] box = LargestBox(dims, start, left, out long count);
            BoxRequest request = new(box, dims.Length, geometry, storage.ElementBytes);
            int bytes = checked((int)(count * storage.ElementBytes));
            await storage.ReadAsync(request, destination[..bytes], cancellationToken);
            destination = destination[bytes..];
            start += count;
            left -= count;
        }
    }

    private static Hdf5Range[] LargestBox(long[] dims, long start, long left, out long count)
    {
        var box = new Hdf5Range[dims.Length];
        long inner = 1;
        count = 1;
        bool isWhole = true;
        for (int axis = dims.Length - 1; axis >= 0; axis--)
        {
            long at = start / inner % dims[axis];
            long room = isWhole ? Math.Min(dims[axis] - at, left / inner) : 1;
            room = Math.Max(1, room);
            box[axis] = new(at, room);
            if (isWhole)
                count = inner * room;

            isWhole &= at == 0 && room == dims[axis];
            inner *= dims[axis];
        }

        return box;
    }
}
