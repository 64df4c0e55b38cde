using Microsoft.Win32.SafeHandles;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Materialization;

/// <summary>
/// A file that is written from its first byte to its last: room for it is taken at once, and what is written leaves for the disk
/// soon after, so that no more of it waits in memory than was allowed, and other writers are not slowed. Not for concurrent use.
/// </summary>
internal sealed class BehindWriter : IDisposable
{
    private const long BlockBytes = 8 << 20;

    private readonly SafeFileHandle _file;
    private readonly long _waitingBytes;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _settledMore = new(0);
    private long _written;
    private long _settled;
    private Task _settling = Task.CompletedTask;
    private volatile bool _isStopping;

    /// <param name="path">A new file.</param>
    /// <param name="bytes">How long it will be.</param>
    /// <param name="waitingBytes">Bytes that may wait in memory for the disk.</param>
    /// <exception cref="DiskFullException">The disk has no room for it.</exception>
    public BehindWriter(string path, long bytes, long waitingBytes)
    {
        _waitingBytes = Math.Max(waitingBytes, 4 * BlockBytes);
        _file = NewFile.Create(path, bytes);
    }

    /// <summary>Waits where too much of what was written has not reached the disk.</summary>
    /// <exception cref="DiskFullException">The disk is full.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, _written);
        }
        catch (IOException error) when (DiskFullException.IsMeantBy(error))
        {
            throw Full(error);
        }

        lock (_lock)
        {
            _written += bytes.Length;
            if (_settling.IsCompleted && _written - _settled >= BlockBytes)
            {
                _settling = Task.Factory.StartNew(SettleBlocks, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }

        while (_written - Volatile.Read(ref _settled) > _waitingBytes)
        {
            _settledMore.Wait();
        }
    }

    /// <summary>Waits until everything is on the disk.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void Dispose()
    {
        _isStopping = true;
        _settling.Wait();
        _settledMore.Dispose();
        _file.Dispose();
    }

    private static DiskFullException Full(IOException error) => new("The disk is full.", error);

    /// <summary>On a thread of its own: the system lets whoever asks wait for the disk, and the writer need not.</summary>
    private void SettleBlocks()
    {
        while (!_isStopping)
        {
            lock (_lock)
            {
                if (_written - _settled < BlockBytes)
                {
                    _settling = Task.CompletedTask; // Begun anew by the next block.
                    return;
                }
            }

            FileHints.WaitForWriteBack(_file, _settled, BlockBytes);
            Volatile.Write(ref _settled, _settled + BlockBytes);
            _settledMore.Release();
        }
    }
}
