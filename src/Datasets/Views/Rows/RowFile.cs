using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Views.Rows;

/// <summary>
/// Evaluated rows as a file, little-endian: <c>MTR2</c>, the form (u8: 1 bitmap, 4 and 8 lists of so many bytes a row), whether they
/// ascend (u8), 2 zero bytes, the dataset's rows (i64), the length of the rows' bytes (i64), the SHA-256 of all that and of the
/// rows' bytes (32 bytes), and those. A file that is not just so is not used: it is a cache.
/// </summary>
internal static class RowFile
{
    private const int DigestAt = 24;
    private const int HeaderBytes = DigestAt + SHA256.HashSizeInBytes;
    private const byte Bitmap = 1;

    private static ReadOnlySpan<byte> Magic => "MTR2"u8;

    /// <summary>The whole file; null where the rows are not held in memory, or are arithmetic.</summary>
    public static byte[]? ToBytes(ViewRows rows, long datasetRows)
    {
        (RowBytes? bytes, byte form) = rows.Map switch
        {
            BitmapRows bitmap => (bitmap.Bytes, Bitmap),
            PackedRows list => (list.Bytes, (byte)list.Width),
            _ => (null, (byte)0),
        };
        if (bytes is not HeldBytes held || held.Length > Array.MaxLength - HeaderBytes)
        {
            return null;
        }

        byte[] file = new byte[HeaderBytes + held.Length];
        Magic.CopyTo(file);
        file[4] = form;
        file[5] = rows.IsAscending ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(8), datasetRows);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(16), held.Length);
        held.Span.CopyTo(file.AsSpan(HeaderBytes));
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file, 0, DigestAt);
        hash.AppendData(file, HeaderBytes, file.Length - HeaderBytes);
        hash.GetHashAndReset(file.AsSpan(DigestAt));
        return file;
    }

    /// <summary>Opens a file; into memory where it takes no more than <paramref name="maxHeldBytes"/>.</summary>
    /// <returns>False where it is not what it should be.</returns>
    public static bool TryOpen(string path, long datasetRows, long maxHeldBytes, out ViewRows rows)
    {
        rows = default;
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        bool isKept = false;
        try
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            FileRun whole = new(file, 0, RandomAccess.GetLength(file));
            whole.CopyTo(0, header);
            long length = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
            if (!header.StartsWith(Magic) || BinaryPrimitives.ReadInt64LittleEndian(header[8..]) != datasetRows || length != whole.Length - HeaderBytes || header[4] is not (Bitmap or sizeof(int) or sizeof(long)) || !IsIntact(whole, header))
            {
                return false;
            }

            RowBytes bytes = length > maxHeldBytes ? new FileBytes(file, HeaderBytes, length) : Hold(whole, length);
            isKept = bytes is FileBytes;
            IndexMap map = header[4] == Bitmap ? new BitmapRows(bytes) : new PackedRows(bytes, header[4], header[5] == 1);
            rows = new(map, header[5] == 1);
            return true;
        }
        finally
        {
            if (!isKept)
            {
                file.Dispose();
            }
        }
    }

    private static HeldBytes Hold(FileRun whole, long length)
    {
        ulong[] words = new ulong[(length + sizeof(ulong) - 1) / sizeof(ulong)];
        whole.CopyTo(HeaderBytes, System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan())[..(int)length]);
        return new(words, length);
    }

    private static bool IsIntact(FileRun whole, ReadOnlySpan<byte> header)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header[..DigestAt]);
        byte[] piece = new byte[1 << 16];
        for (long done = HeaderBytes; done < whole.Length;)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min(piece.Length, whole.Length - done));
            whole.CopyTo(done, part);
            hash.AppendData(part);
            done += part.Length;
        }

        return hash.GetHashAndReset().AsSpan().SequenceEqual(header[DigestAt..]);
    }
}
