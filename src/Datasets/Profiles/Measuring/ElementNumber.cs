using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>The value of one element, exact whatever its dtype: a whole number, or a double (which holds every float of fewer bits).</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ElementNumber
{
    private readonly double _real;
    private readonly Int128 _whole;

    private ElementNumber(double real, Int128 whole, bool isWhole)
    {
        _real = real;
        _whole = whole;
        IsWhole = isWhole;
    }

    public bool IsWhole { get; }

    public static ElementNumber Of(double value) => new(value, 0, false);

    public static ElementNumber Of(Int128 value) => new(0, value, true);

    /// <summary>As the dtype's own numbers are: whole where it is one of integers (or bool).</summary>
    public static ElementNumber Of(double value, Dtype dtype) => dtype.Kind == DtypeKind.Float ? Of(value) : Of((Int128)value);

    /// <summary>The lesser; NaN where one is.</summary>
    public static ElementNumber Min(ElementNumber a, ElementNumber b) => a.IsWhole ? Of(Int128.Min(a._whole, b._whole)) : Of(Math.Min(a._real, b._real));

    /// <summary>The greater; NaN where one is.</summary>
    public static ElementNumber Max(ElementNumber a, ElementNumber b) => a.IsWhole ? Of(Int128.Max(a._whole, b._whole)) : Of(Math.Max(a._real, b._real));

    /// <summary>One form for all that are equal as numbers: no negative zero, one NaN.</summary>
    public ElementNumber Canonical => IsWhole ? this : Of(double.IsNaN(_real) ? double.NaN : _real + 0.0);

    /// <summary>By value; NaN after all others, as <c>np.sort</c> puts it.</summary>
    public static int Compare(ElementNumber a, ElementNumber b) => a.IsWhole ? a._whole.CompareTo(b._whole)
        : double.IsNaN(a._real) || double.IsNaN(b._real) ? double.IsNaN(a._real).CompareTo(double.IsNaN(b._real))
        : a._real.CompareTo(b._real);

    /// <summary>Reads one element.</summary>
    /// <param name="element">Its bytes, little-endian, of a dtype that is not complex.</param>
    public static ElementNumber Read(Dtype dtype, ReadOnlySpan<byte> element) => dtype.Code switch
    {
        "b1" => Of((Int128)(element[0] == 0 ? 0 : 1)),
        "u1" => Of((Int128)element[0]),
        "i1" => Of((Int128)(sbyte)element[0]),
        "u2" => Of((Int128)BinaryPrimitives.ReadUInt16LittleEndian(element)),
        "i2" => Of((Int128)BinaryPrimitives.ReadInt16LittleEndian(element)),
        "u4" => Of((Int128)BinaryPrimitives.ReadUInt32LittleEndian(element)),
        "i4" => Of((Int128)BinaryPrimitives.ReadInt32LittleEndian(element)),
        "u8" => Of((Int128)BinaryPrimitives.ReadUInt64LittleEndian(element)),
        "i8" => Of((Int128)BinaryPrimitives.ReadInt64LittleEndian(element)),
        "f2" => Of((double)BinaryPrimitives.ReadHalfLittleEndian(element)),
        "f4" => Of((double)BinaryPrimitives.ReadSingleLittleEndian(element)),
        "f8" => Of(BinaryPrimitives.ReadDoubleLittleEndian(element)),
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "has no order"),
    };

    /// <summary>JSON's own numbers; NaN and infinities as NumPy spells them, in quotes.</summary>
    private sealed class Converter : JsonConverter<ElementNumber>
    {
        public override ElementNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                return Of(reader.GetString() switch
                {
                    "NaN" => double.NaN,
                    "Infinity" => double.PositiveInfinity,
                    "-Infinity" => double.NegativeInfinity,
                    _ => throw new JsonException("no number"),
                });
            }

            string text = System.Text.Encoding.ASCII.GetString(reader.ValueSpan);
            return Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 whole) ? Of(whole) : Of(reader.GetDouble());
        }

        public override void Write(Utf8JsonWriter writer, ElementNumber value, JsonSerializerOptions options)
        {
            if (value.IsWhole)
            {
                writer.WriteRawValue(value._whole.ToString(CultureInfo.InvariantCulture));
            }
            else if (double.IsFinite(value._real))
            {
                // With its point, so that a float that is whole stays a float.
                string text = value._real.ToString("R", CultureInfo.InvariantCulture);
                writer.WriteRawValue(text.AsSpan().ContainsAny(".E") ? text : text + ".0");
            }
            else
            {
                writer.WriteStringValue(value._real.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
