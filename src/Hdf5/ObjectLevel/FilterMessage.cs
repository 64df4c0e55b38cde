using System.Collections.Immutable;
using System.Text;
using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.Filters;

namespace Microtome.Hdf5.ObjectLevel;

/// <summary>The filters of a dataset or heap, in the order in which they were applied (specification IV.A.2.l).</summary>
internal static class FilterMessage
{
    private const int MaxFilters = 32;
    private const int FirstNamedId = 256;

    public static ImmutableArray<FilterSpec> Parse(ReadOnlySpan<byte> body, FieldSizes sizes)
    {
        Cursor cursor = new(body, sizes);
        byte version = cursor.Version("the filter pipeline", 1, 2);
        int count = cursor.Byte();
        if (version == 1)
            cursor.Skip(6);

        // The mask that a chunk carries has 32 bits, one a filter.
        if (count > MaxFilters)
            throw new Hdf5FormatException($"{count} filters are more than the {MaxFilters} that HDF5 allows.");

        var filters = ImmutableArray.CreateBuilder<FilterSpec>(count);
        for (int i = 0; i < count; i++)
            filters.Add(ParseFilter(ref cursor, version));

        return filters.MoveToImmutable();
    }

    private static FilterSpec ParseFilter(ref Cursor cursor, byte version)
    {
        int id = cursor.UInt16();
        int nameBytes = version == 1 || id >= FirstNamedId ? cursor.UInt16() : 0;
        int flags = cursor.UInt16();
        int values = cursor.UInt16();
        ReadOnlySpan<byte> name = cursor.Take(nameBytes);
        if (version == 1)
            cursor.Align(8, cursor.Position - nameBytes);

        int end = name.IndexOf((byte)0);
        string? text = nameBytes == 0 ? null : Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
        var clientData = ImmutableArray.CreateBuilder<uint>(values);
        for (int i = 0; i < values; i++)
        {
            if (cursor.Remaining < 4)
                throw new Hdf5FormatException("A filter's values are cut short.");

            clientData.Add(cursor.UInt32());
        }

        if (version == 1 && values % 2 != 0)
            cursor.Skip(4);

        return new(id, text, flags, clientData.MoveToImmutable());
    }
}
