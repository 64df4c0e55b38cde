using System.Collections.Immutable;
using Microtome.Hdf5.Datatypes;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.Filters;
using Microtome.Hdf5.Layouts;
using Microtome.Hdf5.Layouts.ChunkIndexes;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Reading;

/// <summary>
/// A dataset's messages, understood together: type, shape, layout, and the storage that reads it, or the reason why none can.
/// </summary>
internal sealed record DatasetDescription
{
    public required FileContext Context { get; init; }

    public required Datatype Type { get; init; }

    public required Dataspace Space { get; init; }

    public required DataLayout Layout { get; init; }

    public required ImmutableArray<FilterSpec> Filters { get; init; }

    public ArrayStorage? Storage { get; init; }

    public string? Reason { get; init; }

    /// <exception cref="Hdf5FormatException">A message is damaged, or they contradict each other.</exception>
    public static DatasetDescription Read(ObjectHeader header)
    {
        FileContext context = header.Context;
        Datatype type = DatatypeParser.Parse(header.GetBody(MessageType.Datatype).Span, context.Sizes);
        var space = Dataspace.Parse(header.GetBody(MessageType.Dataspace).Span, context.Sizes);
        DataLayout layout = LayoutMessage.Parse(header.GetBody(MessageType.DataLayout), context.Sizes);
        ImmutableArray<FilterSpec> filters = header.TryGetBody(MessageType.FilterPipeline, out ReadOnlyMemory<byte> body)
            ? FilterMessage.Parse(body.Span, context.Sizes)
            : [];
        if (space.Count > long.MaxValue / type.Size)
            throw new Hdf5FormatException($"An array of {space.Count} elements of {type.Size} bytes is beyond 2^63 bytes.");

        ArrayStorage? storage = OpenStorage(header, type, space, layout, filters, out string? reason);
        return new() { Context = context, Type = type, Space = space, Layout = layout, Filters = filters, Storage = storage, Reason = reason };
    }

    private static ArrayStorage? OpenStorage(
        ObjectHeader header, Datatype type, Dataspace space, DataLayout layout, ImmutableArray<FilterSpec> filters, out string? reason)
    {
        reason = null;
        if (header.Has(MessageType.ExternalFiles))
        {
            reason = "its data lies in external files, which are not opened";
            return null;
        }

        switch (layout)
        {
            case VirtualLayout:
                reason = "it is a virtual dataset, which is not supported";
                return null;
            case CompactLayout compact:
                if (compact.Data.Length < space.Count * type.Size)
                    throw new Hdf5FormatException($"{space.Count} elements of {type.Size} bytes do not fit into {compact.Data.Length} compact bytes.");

                return new CompactStorage(compact.Data, space, type.Size);
            case ContiguousLayout { Address: Cursor.Undefined }:
                return new UnwrittenStorage(FillValue.Read(header, type.Size), space, type.Size);
            case ContiguousLayout contiguous:
                if (contiguous.Bytes >= 0 && contiguous.Bytes < space.Count * type.Size)
                    throw new Hdf5FormatException($"{space.Count} elements of {type.Size} bytes do not fit into {contiguous.Bytes} contiguous bytes.");

                return new ContiguousStorage(header.Context.File, contiguous.Address, space, type.Size);
            default:
                return OpenChunks(header, type, space, (ChunkedLayout)layout, filters, out reason);
        }
    }

    private static ChunkedStorage? OpenChunks(
        ObjectHeader header, Datatype type, Dataspace space, ChunkedLayout layout, ImmutableArray<FilterSpec> filters, out string? reason)
    {
        reason = null;
        if (layout.ChunkDims.Length != space.Dims.Length || layout.ElementBytes != type.Size)
            throw new Hdf5FormatException("The chunks have not the axes or the element size of their dataset.");

        FilterPipeline? pipeline = null;
        if (!filters.IsEmpty)
        {
            Hdf5Options options = header.Context.Options;
            if (layout.ChunkBytes > Math.Min(options.MaxChunkBytes, Array.MaxLength))
            {
                reason = $"its chunks of {layout.ChunkBytes} bytes are over the limit of {options.MaxChunkBytes} (MaxChunkBytes)";
                return null;
            }

            pipeline = FilterPipeline.Create(filters, type.Size, layout.ChunkBytes, options.NativeCodecs);
            if (!pipeline.IsSupported)
            {
                reason = pipeline.Reason;
                return null;
            }
        }

        ChunkIndexSource source = new(header.Context, space, layout, pipeline is not null);
        return new(source, pipeline, FillValue.Read(header, type.Size));
    }
}
