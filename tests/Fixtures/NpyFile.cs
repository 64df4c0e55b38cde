using System.Text;

namespace Microtome.Fixtures;

/// <summary>Writes and reads <c>.npy</c> files without NumPy, so that tests of the server's laws run where there is no Python.</summary>
internal static class NpyFile
{
    public static byte[] Make(string descr, string shape, ReadOnlySpan<byte> data, bool fortran = false)
    {
        string header = $"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.ASCII.GetBytes(header), .. data];
    }

    /// <summary>The bytes behind the header.</summary>
    public static byte[] Data(ReadOnlySpan<byte> file) => file[(10 + file[8] + (file[9] << 8))..].ToArray();

    /// <summary>The header's dictionary, as text.</summary>
    public static string Header(ReadOnlySpan<byte> file) => Encoding.ASCII.GetString(file.Slice(10, file[8] + (file[9] << 8))).Trim();
}
