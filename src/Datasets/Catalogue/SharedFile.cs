using System.Security.Cryptography;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Catalogue;

/// <summary>
/// An open file and the arrays in it, used by one or several datasets and closed with the last. Immutable but for its count of
/// users and its digest, which is computed once, by whoever asks first.
/// </summary>
internal sealed class SharedFile(FileEntry entry, string format, DataFile file, OpenedFile opened)
{
    /// <summary>Up to this size a file's identity is its content; beyond, its size, time and beginning.</summary>
    private const long MaxHashedBytes = 64L << 20;

    private const int HeadBytes = 64 * 1024;
    private const int PieceBytes = 1 << 20;

    private readonly Lock _lock = new();
    private int _users;
    private Task<byte[]>? _digest;

    public FileEntry Entry { get; } = entry;

    public string Format { get; } = format;

    public OpenedFile Opened { get; } = opened;

    public bool IsUnchanged() => file.IsUnchanged();

    public void AddUser() => Interlocked.Increment(ref _users);

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
        {
            return;
        }

        foreach (OpenedArray array in Opened.Arrays)
        {
            array.Source?.Dispose();
        }

        file.Dispose();
    }

    /// <summary>The identity of the file's content, without its name, place or owner.</summary>
    /// <exception cref="ArrayReadException">The file changed or cannot be read.</exception>
    public Task<byte[]> GetDigestAsync()
    {
        lock (_lock)
        {
            if (_digest is null || _digest.IsFaulted)
            {
                _digest = Task.Run(ComputeDigest);
            }

            return _digest;
        }
    }

    private byte[] ComputeDigest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool whole = file.Length <= MaxHashedBytes;
        FileRun run = new(file.Handle, 0, file.Length);
        byte[] piece = new byte[Math.Min(PieceBytes, Math.Max(1, file.Length))];
        long end = whole ? file.Length : HeadBytes;
        for (long at = 0; at < end;)
        {
            int count = (int)Math.Min(piece.Length, end - at);
            run.CopyTo(at, piece.AsSpan(0, count));
            hash.AppendData(piece, 0, count);
            at += count;
        }

        if (!whole)
        {
            hash.AppendData(BitConverter.GetBytes(file.Length));
            hash.AppendData(BitConverter.GetBytes(file.Modified.Ticks));
        }

        return file.IsUnchanged() ? hash.GetHashAndReset() : throw new ArrayReadException("A file of the dataset changed.");
    }
}
