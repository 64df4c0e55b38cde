using System.Text;

namespace Microtome.Hdf5;

/// <summary>A text as it is stored (UTF-8 or ASCII, without padding).</summary>
public sealed record Hdf5Text(ReadOnlyMemory<byte> Bytes)
{
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);
}

/// <summary>Bytes that only the writer understands: opaque elements, and numbers of no native type.</summary>
public sealed record Hdf5Opaque(ReadOnlyMemory<byte> Bytes);

/// <summary>The address of another object in the file; 0 for none.</summary>
public sealed record Hdf5Reference(long Address);

/// <summary>A part of another array in the file: its address (0 for none), and the selection as stored.</summary>
public sealed record Hdf5RegionReference(long Address, ReadOnlyMemory<byte> Selection);

/// <summary>The members of a compound, in file order.</summary>
public sealed record Hdf5Record(IReadOnlyList<string> Names, IReadOnlyList<object?> Values);
