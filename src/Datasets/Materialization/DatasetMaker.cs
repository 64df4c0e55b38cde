using System.Buffers;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Encoders;
using Microtome.Datasets.Gathering;
using Microtome.Datasets.Sampling;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Materialization;

/// <summary>
/// Writes the rows of a view as <c>.npy</c> files, array after array: while one piece is written the next is read and transformed.
/// Memory is bounded whatever the sizes: two pieces, and what a transform holds of a row.
/// </summary>
/// <param name="template">The arrays, and what is done to them.</param>
/// <param name="rows">The view.</param>
public sealed class DatasetMaker(GatherTemplate template, IndexMap rows)
{
    private const int PieceBytes = 1 << 20;

    private readonly Batch _batch = template.Fill(rows, rows.Length);

    /// <summary>Rows of all arrays together: what progress counts.</summary>
    public long TotalRows => checked(rows.Length * _batch.Arrays.Count);

    /// <summary>Bytes of all files.</summary>
    /// <exception cref="OverflowException">Beyond 2^63-1.</exception>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (BatchArray array in _batch.Arrays)
            {
                bytes = checked(bytes + NpyEncoder.Header(array).Length + array.Bytes);
            }

            return bytes;
        }
    }

    /// <summary>Writes every array into the folder.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="waitingBytes">Bytes that may wait in memory for the disk.</param>
    /// <param name="progress">Told how many rows of all arrays are done.</param>
    /// <exception cref="ArrayReadException">The rows cannot be had.</exception>
    /// <exception cref="DiskFullException">The disk is full.</exception>
    public async Task<IReadOnlyList<MadeArray>> WriteAsync(string folder, long waitingBytes, Action<long> progress, CancellationToken cancellationToken)
    {
        List<MadeArray> made = [];
        for (int i = 0; i < _batch.Arrays.Count; i++)
        {
            BatchArray array = _batch.Arrays[i];
            string file = FileNameOf(array.Name, i);
            byte[] header = NpyEncoder.Header(array);
            using BehindWriter writer = new(Path.Combine(folder, file), header.Length + array.Bytes, waitingBytes);
            writer.Write(header);
            long before = i * rows.Length;
            long rowBytes = Math.Max(1, array.Bytes / Math.Max(1, rows.Length));
            ReadAhead? ahead = template.Columns[i].Source is { } source ? new(source, rows) : null;
            await CopyAsync(array, writer, ahead, rowBytes, bytes => progress(before + (bytes / rowBytes)), cancellationToken);
            progress(before + rows.Length);
            if (i < _batch.Arrays.Count - 1 && array.Bytes > waitingBytes / 2)
            {
                writer.Flush(); // Of several large files only the last may wait in memory.
            }

            made.Add(new(array.Name, file, header.Length + array.Bytes));
        }

        return made;
    }

    private static async Task CopyAsync(BatchArray array, BehindWriter writer, ReadAhead? ahead, long rowBytes, Action<long> progress, CancellationToken cancellationToken)
    {
        byte[][] pieces = [ArrayPool<byte>.Shared.Rent(PieceBytes), ArrayPool<byte>.Shared.Rent(PieceBytes)];
        Task writing = Task.CompletedTask;
        try
        {
            // Whole rows where several fit into a piece: a transform need not do one twice.
            long pieceBytes = rowBytes <= PieceBytes ? PieceBytes / rowBytes * rowBytes : PieceBytes;
            int turn = 0;
            for (long at = 0; at < array.Bytes; turn ^= 1)
            {
                int count = (int)Math.Min(pieceBytes, array.Bytes - at);
                ahead?.Advance(at / rowBytes);
                Memory<byte> piece = pieces[turn].AsMemory(0, count);
                await array.ReadAsync(at, piece, cancellationToken);
                await writing;
                cancellationToken.ThrowIfCancellationRequested();
                writing = Task.Run(() => writer.Write(piece.Span), CancellationToken.None);
                at += count;
                progress(at);
            }

            await writing;
        }
        finally
        {
            await writing.ContinueWith(static _ => { }, TaskScheduler.Default); // The pieces are its own until it ends.
            Array.ForEach(pieces, piece => ArrayPool<byte>.Shared.Return(piece));
        }
    }

    /// <summary>The array's own name where that is a plain one; where the folder is taken elsewhere, files say which array they are.</summary>
    private static string FileNameOf(string name, int number)
    {
        // Lower case alone: on some systems X and x are one file.
        bool isPlain = name.Length is > 0 and <= 64 && name[0] is not ('-' or '_') && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
        return isPlain ? name + ".npy" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"array.{number}.npy");
    }
}
