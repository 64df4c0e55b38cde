using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Microtome.Hdf5.Tests.Corpus;

/// <summary>Writes decoded values as the corpus manifest's scheme json1 does (see the README beside it).</summary>
internal static class Json1
{
    public static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool truth:
                text.Append(truth ? '1' : '0');
                break;
            case long or ulong:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case Half or float or double:
                text.Append("\"f:").Append(Convert.ToHexStringLower(FloatBytes(value))).Append('"');
                break;
            case Hdf5Text word:
                text.Append("\"s:").Append(Convert.ToHexStringLower(word.Bytes.Span)).Append('"');
                break;
            case Hdf5Opaque opaque:
                text.Append("\"o:").Append(Convert.ToHexStringLower(opaque.Bytes.Span)).Append('"');
                break;
            case Hdf5Reference reference:
                text.Append(CultureInfo.InvariantCulture, $"\"r:{Math.Max(0, reference.Address)}\"");
                break;
            case Hdf5RegionReference region:
                text.Append(region.Address == 0 ? "\"R:0\"" : string.Create(CultureInfo.InvariantCulture, $"\"R:{region.Address}:{Points(region.Selection.Span)}\""));
                break;
            case Hdf5Record record:
                AppendList(text, record.Values);
                break;
            case object?[] list:
                AppendList(text, list);
                break;
            default:
                throw new ArgumentException($"json1 has no way to say a {value.GetType()}.", nameof(value));
        }
    }

    public static void AppendList(StringBuilder text, IReadOnlyList<object?> values)
    {
        text.Append('[');
        for (int i = 0; i < values.Count; i++)
        {
            text.Append(i == 0 ? "" : ",");
            Append(text, values[i]);
        }

        text.Append(']');
    }

    private static byte[] FloatBytes(object value)
    {
        byte[] bytes = new byte[value is Half ? 2 : value is float ? 4 : 8];
        switch (value)
        {
            case Half half:
                BinaryPrimitives.WriteHalfLittleEndian(bytes, half);
                break;
            case float single:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, single);
                break;
            default:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, (double)value);
                break;
        }

        return bytes;
    }

    /// <summary>Points of a serialized selection: the sum over its blocks, or the number of its points (versions 1 only).</summary>
    private static long Points(ReadOnlySpan<byte> selection)
    {
        int type = BinaryPrimitives.ReadInt32LittleEndian(selection);
        if (type == 0)
            return 0;

        int rank = BinaryPrimitives.ReadInt32LittleEndian(selection[16..]);
        int count = BinaryPrimitives.ReadInt32LittleEndian(selection[20..]);
        if (type == 1)
            return count;

        long points = 0;
        for (int block = 0; block < count; block++)
        {
            ReadOnlySpan<byte> corners = selection[(24 + (block * 8 * rank))..];
            long size = 1;
            for (int axis = 0; axis < rank; axis++)
                size *= BinaryPrimitives.ReadInt32LittleEndian(corners[(4 * (rank + axis))..]) - BinaryPrimitives.ReadInt32LittleEndian(corners[(4 * axis)..]) + 1;

            points += size;
        }

        return points;
    }
}
