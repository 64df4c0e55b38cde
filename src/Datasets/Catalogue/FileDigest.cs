using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// A file's part in a version (contract, Words): SHA-256 of its content up to 64 MiB; beyond that of its size, modification time
/// and beginning, so that a file of any size has an identity at once, the same on every machine that keeps its time.
/// </summary>
internal static class FileDigest
{
    public const long MaxContentBytes = 64L << 20;

    private const int HeadBytes = 64 * 1024;
    private const int PieceBytes = 256 * 1024;

    // Three kinds of identity that never equal each other.
    private const byte OfContent = 1;
    private const byte OfHead = 2;
    private const byte OfTime = 3;

    /// <exception cref="ArrayReadException">The file changed since it was opened, or cannot be read.</exception>
    public static byte[] Compute(DataFile file)
    {
        if (!file.IsUnchanged())
        {
            throw Changed();
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool isWhole = file.Length <= MaxContentBytes;
        hash.AppendData([isWhole ? OfContent : OfHead]);
        Append(hash, new(file.Handle, 0, file.Length), isWhole ? file.Length : HeadBytes);
        if (!isWhole)
        {
            AppendTimes(hash, file);
        }

        return file.IsUnchanged() ? hash.GetHashAndReset() : throw Changed();
    }

    /// <summary>An identity that no content has, from size and time at opening alone.</summary>
    public static byte[] OfTimes(DataFile file)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([OfTime]);
        AppendTimes(hash, file);
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, FileRun content, long length)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (long at = 0; at < length;)
            {
                int count = (int)Math.Min(piece.Length, length - at);
                content.CopyTo(at, piece.AsSpan(0, count));
                hash.AppendData(piece, 0, count);
                at += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static void AppendTimes(IncrementalHash hash, DataFile file)
    {
        Span<byte> numbers = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, file.Length);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[sizeof(long)..], file.Modified.Ticks);
        hash.AppendData(numbers);
    }

    private static ArrayReadException Changed() => new("A file of the dataset changed.");
}
