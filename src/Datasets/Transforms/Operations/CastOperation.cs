using Microtome.Datasets.Arrays;
using Microtome.Datasets.Transforms.Parsing;
using Microtome.Datasets.Wording;

namespace Microtome.Datasets.Transforms.Operations;

/// <summary><c>cast(f4)</c>: NumPy's <c>astype</c>, with out of range and NaN to integer defined (saturated, 0).</summary>
internal sealed class CastOperation(Dtype dtype, int position) : Operation(position)
{
    public const string Usage = "cast(f4)";

    private static readonly string[] Codes = [.. Dtype.All.Select(dtype => dtype.Code)];

    public static Operation Read(Call call)
    {
        Argument argument = call.Arguments(1, Usage)[0];
        if (!Dtype.TryParse(argument.Text, out Dtype? dtype, out bool bigEndian))
        {
            throw new TransformSyntaxException($"'{Number.Shown(argument.Text)}' is no dtype.", argument.Position, Spelling.Suggest(argument.Text, Codes));
        }

        if (bigEndian)
        {
            throw new TransformSyntaxException("All bytes are served little-endian.", argument.Position, $"use cast({dtype.Code})");
        }

        return new CastOperation(dtype, call.Position);
    }

    public override void Bind(Binding binding)
    {
        if (binding.Dtype.Kind == DtypeKind.Complex && dtype.Kind is not (DtypeKind.Complex or DtypeKind.Bool))
        {
            throw Mismatch($"A cast from {binding.Dtype} to {dtype} would drop the imaginary part.", "use cast(c8) or cast(c16), and take the real part at the client");
        }

        if (!binding.HasRoomFor(dtype))
        {
            throw Mismatch($"Rows of ({binding.Row}) go beyond 2^63 bytes as {dtype}.");
        }

        binding.AddCast(dtype);
    }

    public override string ToString() => $"cast({dtype.Code})";
}
