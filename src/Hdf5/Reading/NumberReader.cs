using System.Buffers;
using Microtome.Hdf5.Datatypes;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// Brings stored numbers and converts them. Where stored and native numbers are of one size that is done in place; where native ones
/// are wider the stored ones are first put at the end of the destination; only narrower ones go through a buffer, in slices.
/// </summary>
/// <param name="storage">The stored numbers.</param>
/// <param name="element">How they are served.</param>
/// <param name="isOnce">The caller keeps what it reads: see <see cref="BoxRequest.IsOnce"/>.</param>
internal readonly struct NumberReader(ArrayStorage storage, ServedElement element, bool isOnce = false)
{
    private const int MaxSliceBytes = 4 << 20;

    /// <param name="selection">Held against the shape, not empty.</param>
    /// <param name="destination">Exactly the selection's bytes, as served.</param>
    /// <param name="cancellationToken">Ends the read between two chunks.</param>
    public ValueTask ReadAsync(ReadOnlyMemory<Hdf5Range> selection, Memory<byte> destination, CancellationToken cancellationToken)
    {
        int rank = storage.Space.Dims.Length;
        BoxRequest request = new(selection, rank, element.Geometry, storage.ElementBytes) { IsOnce = isOnce };
        if (element.Conversion.IsIdentity)
            return storage.ReadAsync(request, destination, cancellationToken);

        if (request.StoredBytes > destination.Length)
            return new(ReadSlicesAsync(selection, destination, cancellationToken));

        Memory<byte> stored = destination[(destination.Length - (int)request.StoredBytes)..];
        ValueTask read = storage.ReadAsync(request, stored, cancellationToken);
        if (!read.IsCompletedSuccessfully)
            return ConvertLaterAsync(read, stored, destination);

        element.Conversion.Convert(stored.Span, destination.Span);
        return ValueTask.CompletedTask;
    }

    private async ValueTask ConvertLaterAsync(ValueTask read, Memory<byte> stored, Memory<byte> destination)
    {
        await read;
        element.Conversion.Convert(stored.Span, destination.Span);
    }

    /// <summary>Halves the selection's longest axis until a slice's stored bytes fit the buffer.</summary>
    private async Task ReadSlicesAsync(ReadOnlyMemory<Hdf5Range> selection, Memory<byte> destination, CancellationToken cancellationToken)
    {
        BoxRequest request = new(selection, storage.Space.Dims.Length, element.Geometry, storage.ElementBytes) { IsOnce = isOnce };
        int outermost = OutermostLongAxis(selection.Span);
        if (request.StoredBytes <= MaxSliceBytes || outermost < 0 || isOnce) // Slices would decode a chunk again and again.
        {
            await ReadSliceAsync(request, destination, cancellationToken);
            return;
        }

        Hdf5Range range = selection.Span[outermost];
        long half = range.Count / 2;
        Hdf5Range[] first = selection.ToArray();
        Hdf5Range[] second = selection.ToArray();
        first[outermost] = range with { Count = half };
        second[outermost] = new(range.Start + (half * range.Step), range.Count - half, range.Step);
        int cut = (int)(destination.Length / range.Count * half);
        await ReadSlicesAsync(first, destination[..cut], cancellationToken);
        await ReadSlicesAsync(second, destination[cut..], cancellationToken);
    }

    private async Task ReadSliceAsync(BoxRequest request, Memory<byte> destination, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)request.StoredBytes);
        try
        {
            Memory<byte> stored = buffer.AsMemory(0, (int)request.StoredBytes);
            await storage.ReadAsync(request, stored, cancellationToken);
            element.Conversion.Convert(stored.Span, destination.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The axes before it have one index, so that its halves lie one after the other in the destination.</summary>
    private static int OutermostLongAxis(ReadOnlySpan<Hdf5Range> selection)
    {
        for (int axis = 0; axis < selection.Length; axis++)
        {
            if (selection[axis].Count > 1)
                return axis;
        }

        return -1;
    }
}
