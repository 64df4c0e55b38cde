using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microtome.Datasets.Sidecars;

/// <summary>
/// Which bands of a sidecar are decoded, each with the checksum of its bytes, in a file beside them. An entry is written after its
/// band: whoever kills the process leaves both in the system's memory in that order. A power cut does not, so entries are believed
/// only under a seal, which is made after everything reached the disk and names the data's modification time; without it every
/// band is held against its checksum before its first use. One thread a band writes; safe for concurrent use.
/// </summary>
internal sealed class SidecarIndex : IDisposable
{
    // magic 8 · key 32 · data bytes 8 · bands 8 · sealed modification time 8 · sealed entries' checksum 4 · header checksum 4
    private const int HeaderBytes = 72;
    private const int TimeAt = 56;
    private const int EntriesAt = 64;
    private const int ChecksumAt = 68;
    private const ulong Present = 1UL << 32;

    private readonly SafeFileHandle _file;
    private readonly byte[] _header;
    private readonly ulong[] _entries;

    private SidecarIndex(SafeFileHandle file, byte[] header, ulong[] entries)
    {
        _file = file;
        _header = header;
        _entries = entries;
    }

    private static ReadOnlySpan<byte> Magic => "MTSIDE01"u8;

    /// <summary>Bytes of the file.</summary>
    public long Bytes => HeaderBytes + (_entries.Length * sizeof(ulong));

    public static SidecarIndex Create(string path, ReadOnlySpan<byte> key, long dataBytes, long bands)
    {
        byte[] header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        key[..32].CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), dataBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), bands);
        SidecarIndex index = new(Open(path, FileMode.Create), header, new ulong[bands]);
        try
        {
            index.WriteHeader();
            RandomAccess.SetLength(index._file, index.Bytes);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Opens what an earlier run left; null where it is of something else, or not whole.</summary>
    public static SidecarIndex? TryOpen(string path, ReadOnlySpan<byte> key, long dataBytes, long bands)
    {
        SafeFileHandle file = Open(path, FileMode.Open);
        byte[] header = new byte[HeaderBytes];
        ulong[] entries = new ulong[bands];
        bool isWhole = RandomAccess.GetLength(file) == HeaderBytes + (bands * sizeof(ulong))
            && RandomAccess.Read(file, header, 0) == HeaderBytes
            && header.AsSpan().StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(ChecksumAt)) == BandChecksum.Of(header.AsSpan(0, ChecksumAt))
            && header.AsSpan(8, 32).SequenceEqual(key[..32])
            && BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40)) == dataBytes
            && BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(48)) == bands
            && ReadEntries(file, entries);
        if (isWhole)
        {
            return new(file, header, entries);
        }

        file.Dispose();
        return null;
    }

    /// <summary>How many bands an index file names, without opening it whole; 0 where it is none.</summary>
    public static long CountPresent(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        long present = 0;
        for (int at = HeaderBytes; at + sizeof(ulong) <= bytes.Length; at += sizeof(ulong))
        {
            present += (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)) & Present) != 0 ? 1 : 0;
        }

        return present;
    }

    public bool IsPresent(long band) => (Volatile.Read(ref _entries[band]) & Present) != 0;

    /// <summary>Whether a band's bytes are those that were written.</summary>
    public bool Matches(long band, ReadOnlySpan<byte> bytes) => Volatile.Read(ref _entries[band]) == (Present | BandChecksum.Of(bytes));

    /// <summary>Enters a band, whose bytes have been written.</summary>
    public void Set(long band, ReadOnlySpan<byte> bytes) => Write(band, Present | BandChecksum.Of(bytes));

    /// <summary>Strikes a band out, whose bytes are not what was written.</summary>
    public void Clear(long band) => Write(band, 0);

    /// <summary>Whether the seal holds: nothing was written since it was made, neither here nor to data of this modification time.</summary>
    public bool IsSealed(DateTime modified) =>
        BinaryPrimitives.ReadInt64LittleEndian(_header.AsSpan(TimeAt)) == modified.Ticks
        && BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(EntriesAt)) == BandChecksum.Of(MemoryMarshal.AsBytes(_entries.AsSpan()));

    /// <summary>Seals the entries; the data has reached the disk and has this modification time since.</summary>
    public void Seal(DateTime modified)
    {
        RandomAccess.FlushToDisk(_file);
        BinaryPrimitives.WriteInt64LittleEndian(_header.AsSpan(TimeAt), modified.Ticks);
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(EntriesAt), BandChecksum.Of(MemoryMarshal.AsBytes(_entries.AsSpan())));
        WriteHeader();
        RandomAccess.FlushToDisk(_file);
    }

    public void Dispose() => _file.Dispose();

    private static SafeFileHandle Open(string path, FileMode mode) =>
        File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private static bool ReadEntries(SafeFileHandle file, ulong[] entries)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(entries.AsSpan());
        for (int at = 0; at < bytes.Length;)
        {
            int read = RandomAccess.Read(file, bytes[at..], HeaderBytes + at);
            if (read == 0)
            {
                return false;
            }

            at += read;
        }

        return true;
    }

    private void Write(long band, ulong entry)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, entry);
        RandomAccess.Write(_file, bytes, HeaderBytes + (band * sizeof(ulong)));
        Volatile.Write(ref _entries[band], entry);
    }

    private void WriteHeader()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(ChecksumAt), BandChecksum.Of(_header.AsSpan(0, ChecksumAt)));
        RandomAccess.Write(_file, _header, 0);
    }
}
