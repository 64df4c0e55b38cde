using System.Globalization;
using System.Text;

namespace Microtome.Datasets.Tests.Catalogue;

/// <summary>Writes <c>.npy</c> files without NumPy: version 1.0, C order, elements that count up from a seed.</summary>
internal static class NpyFile
{
    public static void Write(string path, string dtype, params long[] shape) => Write(path, 0, dtype, shape);

    public static void Write(string path, int seed, string dtype, long[] shape)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Bytes(seed, dtype, shape));
    }

    public const int HeaderBytes = 128;

    public static byte[] Header(string dtype, params long[] shape)
    {
        string lengths = string.Concat(shape.Select(length => length + ","));
        string header = $"{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({lengths}), }}".PadRight(HeaderBytes - 11) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header)];
    }

    public static byte[] Bytes(int seed, string dtype, params long[] shape)
    {
        long item = (dtype[1] == 'U' ? 4 : 1) * int.Parse(dtype[2..], CultureInfo.InvariantCulture);
        byte[] data = new byte[shape.Aggregate(item, (product, length) => product * length)];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (byte)(seed + i);
        }

        return [.. Header(dtype, shape), .. data];
    }
}
