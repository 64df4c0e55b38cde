using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Formats;

/// <summary>
/// An array whose elements lie in a file at offset + Σ index · stride: <c>.npy</c>, headerless files and contiguous HDF5 alike.
/// In C order and little-endian its rows are served straight from the file; otherwise they are collected and swapped on the way.
/// </summary>
public sealed class PlainSource : IArraySource
{
    private readonly FileRun _data;
    private readonly ElementOrder _order;
    private readonly bool _bigEndian;

    /// <param name="offset">Bytes before the first element.</param>
    /// <exception cref="FormatException">The file is too short for the array.</exception>
    public PlainSource(DataFile file, long offset, ArraySpec spec, ElementOrder order = ElementOrder.C, bool bigEndian = false)
    {
        if (offset < 0 || offset > file.Length || spec.Bytes > file.Length - offset)
        {
            throw new FormatException(
                $"The file is too short: the array ({spec.Shape}) of {spec.Dtype} needs {spec.Bytes} bytes after offset {offset}, the file has {file.Length}.");
        }

        Spec = spec;
        _data = new(file.Handle, offset, spec.Bytes, file.Address == 0 ? 0 : file.Address + (nint)offset);

        // One axis (or none) lies the same way in both orders.
        _order = spec.Shape.Rank > 1 ? order : ElementOrder.C;
        _bigEndian = bigEndian;
    }

    public ArraySpec Spec { get; }

    public bool TryLocate(long row, long count, out FileRun run)
    {
        bool plain = _order == ElementOrder.C && !_bigEndian;
        run = plain ? _data.Slice(row * Spec.RowBytes, count * Spec.RowBytes) : default;
        return plain;
    }

    public void Hint(ReadOnlySpan<long> rows)
    {
        // There is nothing to decode.
    }

    public ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Span<byte> bytes = destination.Span;
        new StridedReader(_data, Spec, _order).Read(row, count, inner, bytes);
        if (_bigEndian)
        {
            Swap(bytes, Spec.Dtype.SwapSize);
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        // The file belongs to whoever opened it.
    }

    private static void Swap(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                Span<ushort> twos = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(twos, twos);
                break;
            case 4:
                Span<uint> fours = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(fours, fours);
                break;
            case 8:
                Span<ulong> eights = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(eights, eights);
                break;
        }
    }
}
