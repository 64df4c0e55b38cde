using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Storage;

namespace Microtome.Api.Tests;

/// <summary>
/// A format whose one array, <c>x</c> (rows × 300, u1), is read only once the test lets it be: as a disk that sleeps, a chunk that takes its time.
/// The file is the word SLOW and the rows behind it.
/// </summary>
/// <param name="mustDecode">Whether its rows count as compressed.</param>
/// <param name="holdsThread">Whether a reader's thread is held meanwhile, as a read of the disk holds it; otherwise it may go.</param>
internal sealed class SlowFormat(bool mustDecode, bool holdsThread) : IDatasetFormat
{
    public const int RowBytes = 300;

    private static readonly byte[] Signature = "SLOW"u8.ToArray();

    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reads;

    public string Name => "slow";

    public int HeadBytes => Signature.Length;

    /// <summary>Rows that were read so far.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>What a read ends in once it is let go; null where it succeeds.</summary>
    public string? Fault { get; set; }

    public static void Write(string path, byte[] rows) => File.WriteAllBytes(path, [.. Signature, .. rows]);

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith(Signature);

    public void LetGo() => _open.SetResult();

    public OpenedFile Open(DataFile file)
    {
        ArraySpec spec = new(Dtype.UInt8, new((file.Length - Signature.Length) / RowBytes, RowBytes));
        SlowSource source = new(this, new(file, Signature.Length, spec));
        return new([new() { Name = "x", Dtype = spec.Dtype.Name, Shape = spec.Shape, Source = source }], OpenedFile.NoAttributes);
    }

    private sealed class SlowSource(SlowFormat format, PlainSource plain) : IArraySource
    {
        public ArraySpec Spec => plain.Spec;

        public bool MustDecode => format.MustDecode;

        public bool TryLocate(long row, long count, out FileRun run)
        {
            run = default;
            return false;
        }

        public void Hint(ReadOnlySpan<long> rows)
        {
        }

        public async ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken)
        {
            await format.WaitAsync(cancellationToken);
            Interlocked.Add(ref format._reads, (int)count);
            await plain.ReadAsync(row, count, inner, destination, cancellationToken);
        }

        public void Dispose() => plain.Dispose();
    }

    private bool MustDecode => mustDecode;

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task opened = _open.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        if (holdsThread)
        {
#pragma warning disable xUnit1031 // The source of a test, not the test: holding the thread is what it is for.
            opened.Wait(cancellationToken);
#pragma warning restore xUnit1031
        }

        await opened;
        if (Fault is { } fault)
        {
            throw new ArrayReadException(fault);
        }
    }
}
