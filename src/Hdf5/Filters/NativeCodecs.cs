using System.Runtime.InteropServices;

namespace Microtome.Hdf5.Filters;

/// <summary>Decodes into the output and returns the bytes made; the lengths that the frame names are checked before the library is called.</summary>
/// <exception cref="Hdf5FormatException">The frame is damaged, or holds more than the output.</exception>
public delegate int NativeDecoder(ReadOnlySpan<byte> input, Span<byte> output);

/// <summary>
/// Codecs of the system, loaded at run time where they are installed and allowed (Debian: libzstd1, libblosc1). Immutable; safe
/// for concurrent use. Each library stays loaded for the life of the process.
/// </summary>
public sealed unsafe class NativeCodecs
{
    private const ulong ZstdUnknown = ulong.MaxValue;

    private static readonly Lazy<NativeCodecs> Loaded = new(() => new(areAllowed: true));

    private NativeCodecs(bool areAllowed)
    {
        AreAllowed = areAllowed;
        if (areAllowed)
        {
            Zstd = LoadZstd();
            Blosc = LoadBlosc();
        }
    }

    /// <summary>Nothing of the system's is used.</summary>
    public static NativeCodecs None { get; } = new(areAllowed: false);

    /// <summary>Whatever the system has.</summary>
    public static NativeCodecs System => Loaded.Value;

    public bool AreAllowed { get; }

    /// <summary>zstd (RFC 8878), or null where its library is not there.</summary>
    public NativeDecoder? Zstd { get; }

    /// <summary>blosc 1, or null where its library is not there.</summary>
    public NativeDecoder? Blosc { get; }

    private static NativeDecoder? LoadZstd()
    {
        if (!TryLoad(["libzstd.so.1", "libzstd.1.dylib", "libzstd.dll"], out nint library)
            || !NativeLibrary.TryGetExport(library, "ZSTD_getFrameContentSize", out nint size)
            || !NativeLibrary.TryGetExport(library, "ZSTD_decompress", out nint decompress)
            || !NativeLibrary.TryGetExport(library, "ZSTD_isError", out nint isError))
        {
            return null;
        }

        return (input, output) =>
        {
            fixed (byte* from = input)
            fixed (byte* to = output)
            {
                // A frame need not name its size; the library itself never writes beyond the output's.
                ulong named = ((delegate* unmanaged<byte*, nuint, ulong>)size)(from, (nuint)input.Length);
                if (named > (ulong)output.Length && named != ZstdUnknown)
                {
                    throw Damaged("zstd");
                }

                nuint made = ((delegate* unmanaged<byte*, nuint, byte*, nuint, nuint>)decompress)(to, (nuint)output.Length, from, (nuint)input.Length);
                return ((delegate* unmanaged<nuint, uint>)isError)(made) == 0 && made <= (nuint)output.Length ? (int)made : throw Damaged("zstd");
            }
        };
    }

    private static NativeDecoder? LoadBlosc()
    {
        if (!TryLoad(["libblosc.so.1", "libblosc.1.dylib", "blosc.dll"], out nint library)
            || !NativeLibrary.TryGetExport(library, "blosc_cbuffer_validate", out nint validate)
            || !NativeLibrary.TryGetExport(library, "blosc_decompress_ctx", out nint decompress))
        {
            return null;
        }

        return (input, output) =>
        {
            fixed (byte* from = input)
            fixed (byte* to = output)
            {
                nuint named;
                if (((delegate* unmanaged<byte*, nuint, nuint*, int>)validate)(from, (nuint)input.Length, &named) < 0 || named > (nuint)output.Length)
                {
                    throw Damaged("blosc");
                }

                int made = ((delegate* unmanaged<byte*, byte*, nuint, int, int>)decompress)(from, to, (nuint)output.Length, 1);
                return made >= 0 && made <= output.Length ? made : throw Damaged("blosc");
            }
        };
    }

    private static bool TryLoad(string[] names, out nint library)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out library))
            {
                return true;
            }
        }

        library = 0;
        return false;
    }

    private static Hdf5FormatException Damaged(string codec) => new($"A chunk compressed with {codec} is damaged.");
}
