using System.Globalization;
using Microtome.Hdf5.Filters;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>Filters as people call them: <c>gzip 4</c>, <c>shuffle</c>.</summary>
internal static class Hdf5FilterName
{
    public static string Of(FilterSpec filter) => filter.Id switch
    {
        1 => filter.ClientData is [var level, ..] ? string.Create(CultureInfo.InvariantCulture, $"gzip {level}") : "gzip",
        2 => "shuffle",
        3 => "fletcher32",
        4 => "szip",
        5 => "nbit",
        6 => "scaleoffset",
        305 => "lzo",
        307 => "bzip2",
        32000 => "lzf",
        32001 => "blosc",
        32004 => "lz4",
        32008 => "bitshuffle",
        32015 => "zstd",
        32026 => "blosc2",
        int id => string.Create(CultureInfo.InvariantCulture, $"filter {id}"),
    };
}
