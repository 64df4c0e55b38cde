namespace Microtome.Hdf5.Tests.Hostile;

/// <summary>Does with a file whatever can be done with one, within bounds: damaged files must end in data or a typed error.</summary>
internal static class FileExerciser
{
    private const long MaxElements = 4096;

    /// <summary>Objects and arrays that could be read; throws whatever is not a typed error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verifyChecksums">False goes on where a checksum is wrong: a hostile file's are right.</param>
    public static int Exercise(string path, bool verifyChecksums)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
        int read = 0;
        try
        {
            Hdf5Options options = new() { ChunkCache = new(1 << 20), MaxChunkBytes = 1 << 20, MaxObjects = 10_000, VerifyChecksums = verifyChecksums };
            foreach (Hdf5Object found in Hdf5File.Open(handle, options).ReadObjects())
            {
                read += ReadAttributes(found);
                if (found is not Hdf5Dataset dataset)
                    continue;

                read += Read(dataset);
                foreach (Hdf5Dataset member in dataset.Members)
                    read += Read(member);
            }
        }
        catch (Hdf5FormatException)
        {
            // A typed error is how it may end.
        }

        return read;
    }

    private static int ReadAttributes(Hdf5Object found)
    {
        try
        {
            return found.ReadAttributes().Count(attribute => attribute.Reason is null && attribute.ReadValues(MaxElements).Count >= 0);
        }
        catch (Hdf5FormatException)
        {
            return 0;
        }
    }

    private static int Read(Hdf5Dataset dataset)
    {
        try
        {
            dataset.ReadStoredBytes();
            if (dataset.CanReadStrings)
            {
                long texts = Math.Min(MaxElements, dataset.Description.Space.Count);
                return dataset.ReadStringsAsync(0, texts).AsTask().GetAwaiter().GetResult().Length;
            }

            if (dataset.ElementType is null)
                return 0;

            ReadEnds(dataset);
            return 1;
        }
        catch (Hdf5FormatException)
        {
            return 0;
        }
    }

    /// <summary>A box at the start and one at the end, each of a bounded number of elements.</summary>
    private static void ReadEnds(Hdf5Dataset dataset)
    {
        var first = new Hdf5Range[dataset.Shape.Length];
        var last = new Hdf5Range[first.Length];
        long room = MaxElements;
        for (int axis = first.Length - 1; axis >= 0; axis--)
        {
            long count = Math.Min(room, dataset.Shape[axis]);
            first[axis] = new(0, count);
            last[axis] = new(dataset.Shape[axis] - count, count);
            room = Math.Max(1, count == 0 ? 1 : room / count);
        }

        byte[] buffer = new byte[first.Aggregate(1L, (product, range) => product * range.Count) * dataset.ElementType!.Bytes];
        dataset.ReadAsync(first, buffer).AsTask().GetAwaiter().GetResult();
        dataset.ReadAsync(last, buffer).AsTask().GetAwaiter().GetResult();
        if (dataset.Shape is [> 0, ..])
            dataset.TryLocate(0, 1, out _);
    }
}
