namespace Microtome.Hdf5.Filters;

/// <summary>The registered filters that are decoded here, and the names of others that people meet.</summary>
internal static class KnownFilters
{
    /// <summary>The decoder, or null with the reason why there is none.</summary>
    /// <exception cref="Hdf5FormatException">The filter's parameters make no sense.</exception>
    public static ChunkFilter? Create(FilterSpec spec, int elementSize, NativeCodecs native, out string? reason)
    {
        reason = null;
        switch (spec.Id)
        {
            case 1:
                return new DeflateFilter();
            case 2:
                return new ShuffleFilter(spec.ClientData.Length > 0 ? (int)Math.Min(spec.ClientData[0], int.MaxValue) : elementSize);
            case 3:
                return new Fletcher32Filter();
            case 5:
                return new NBitFilter(spec.ClientData);
            case 6:
                return new ScaleOffsetFilter(spec.ClientData);
            case 32000:
                return new LzfFilter();
            case 32004:
                return new Lz4Filter();
            case 32008:
                return BitshuffleFilter.TryCreate(spec.ClientData, elementSize, native, out reason);
            case 32001:
                return Native(native.Blosc, "blosc", spec, "libblosc1", native, out reason);
            case 32015:
                return Native(native.Zstd, "zstd", spec, "libzstd1", native, out reason);
            default:
                reason = $"the filter {spec.Id} ({Name(spec)}) is not decoded";
                return null;
        }
    }

    private static NativeFilter? Native(NativeDecoder? decoder, string name, FilterSpec spec, string package, NativeCodecs native, out string? reason)
    {
        reason = decoder is not null ? null
            : native.AreAllowed ? $"the filter {spec.Id} ({name}) needs the system's library; on Debian: apt-get install {package}"
            : $"the filter {spec.Id} ({name}) needs a library of the system, and the setting NativeCodecs forbids it";
        return decoder is null ? null : new(decoder);
    }

    private static string Name(FilterSpec spec) => spec.Id switch
    {
        4 => "szip",
        305 => "lzo",
        307 => "bzip2",
        32002 => "mafisc",
        32013 => "zfp",
        32017 => "sz",
        32026 => "blosc2",
        _ => string.IsNullOrEmpty(spec.Name) ? "unknown" : spec.Name,
    };
}
