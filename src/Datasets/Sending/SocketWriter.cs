using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Sending;

/// <summary>
/// A connection's output that sends by itself, on the thread that flushes: no queue and no other thread lie between an answer and
/// the socket. Beside ordinary bytes it takes runs of mapped files, which the system copies straight from the page cache.
/// A flush is over when the system has taken everything; where the reader is slow it waits without a thread.
/// One writer at a time, as with any PipeWriter; <see cref="CheckPace"/> may be called by anyone.
/// </summary>
/// <param name="socket">The connection. Nobody else sends on it.</param>
/// <param name="abort">Ends the connection, with the reason.</param>
/// <param name="time">What the reader's pace is measured with.</param>
public sealed class SocketWriter(Socket socket, Action<string> abort, TimeProvider time) : PipeWriter
{
    /// <summary>
    /// Where the system takes no more, this much is copied and left to the socket's own waiting: it leaves once the system has
    /// room again, and what follows goes directly once more.
    /// </summary>
    private const int WaitingBytes = 4096;

    private readonly SendQueue _queue = new(BlockPool.Shared);
    private readonly SafeSocketHandle _handle = socket.SafeHandle;
    private byte[]? _waiting;
    private FileRun _lent;
    private bool _isCompleted;
    private volatile bool _isBroken;
    private volatile bool _isCanceled;
    private long _waitingSince;

    public static bool IsSupported => VectoredSend.IsSupported;

    /// <summary>How long a reader may take for some kilobytes before the connection is ended; infinite where it may pause.</summary>
    public TimeSpan Patience { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Whether a file shrank while it was sent. The answer cannot be completed.</summary>
    public bool HasFault { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _queue.Bytes;

    /// <summary>Pieces that wait to be sent.</summary>
    public int UnflushedPieces => _queue.Pieces.Length;

    /// <summary>
    /// Offers a run of a mapped file: the next <see cref="GetMemory"/> stands for its bytes, and <see cref="Advance"/> takes them.
    /// So whoever lies between the answer and this writer counts them like any others. To be followed by <see cref="Withdraw"/>.
    /// </summary>
    public void Lend(FileRun run) => (_lent, IsLending) = (run, false);

    /// <summary>Whether the last memory that was got stands for the run that was lent.</summary>
    public bool IsLending { get; private set; }

    /// <summary>Ends an offer, whatever became of it.</summary>
    public void Withdraw() => (_lent, IsLending) = (default, false);

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_lent.File is not null && !IsLending)
        {
            IsLending = true;
            return LentMemory.OfLength((int)_lent.Length);
        }

        return _queue.GetRoom(Math.Max(1, sizeHint));
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => _queue.GetRoom(Math.Max(1, sizeHint)).Span;

    public override void Advance(int bytes)
    {
        if (IsLending)
        {
            _queue.Add(_lent.Slice(0, bytes));
            Withdraw();
            return;
        }

        _queue.Add(bytes);
    }

    /// <summary>Sends everything; completed where the connection is gone or a file shrank.</summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (SendNow())
        {
            return new(Result());
        }

        return SendRestAsync(cancellationToken);
    }

    /// <summary>A flush that waits goes on and says at its end that it was cancelled: what it sends has left in part already.</summary>
    public override void CancelPendingFlush() => _isCanceled = true;

    public override void Complete(Exception? exception = null)
    {
        _isCompleted = true;
        if (Volatile.Read(ref _waitingSince) == 0)
        {
            Clear();
        }
    }

    /// <summary>Ends the connection where its reader has been taking nothing for longer than <see cref="Patience"/>.</summary>
    public void CheckPace()
    {
        long since = Volatile.Read(ref _waitingSince);
        if (since != 0 && Patience != Timeout.InfiniteTimeSpan && time.GetElapsedTime(since) > Patience)
        {
            abort("The reader is too slow.");
        }
    }

    /// <summary>Sends what the system takes: true where nothing is left to send, or never will be.</summary>
    private bool SendNow()
    {
        while (!_queue.IsEmpty && !_isBroken && !_isCompleted)
        {
            switch (VectoredSend.Send(_handle, _queue.Pieces, out long sent))
            {
                case SendOutcome.Sent:
                    _queue.Drop(sent);
                    break;
                case SendOutcome.WouldBlock:
                    return false;
                case SendOutcome.Fault:
                    HasFault = true;
                    _isBroken = true;
                    break;
                default:
                    Break();
                    break;
            }
        }

        if (_isBroken || _isCompleted)
        {
            Clear();
        }

        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendRestAsync(CancellationToken cancellationToken)
    {
        byte[] waiting = _waiting ??= GC.AllocateUninitializedArray<byte>(WaitingBytes, pinned: true);
        try
        {
            do
            {
                int count = _queue.Peek(waiting);
                Volatile.Write(ref _waitingSince, time.GetTimestamp());
                int sent = await socket.SendAsync(waiting.AsMemory(0, count), SocketFlags.None, cancellationToken);
                _queue.Drop(sent);
                if (SocketThread.IsCurrent)
                {
                    await Task.Yield(); // What is left may be long.
                }
            }
            while (!SendNow());
        }
        catch (ArrayReadException)
        {
            HasFault = true;
            _isBroken = true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Break();
        }
        catch (OperationCanceledException)
        {
            Break(); // Nobody knows how much has left.
            throw;
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
            if (_isBroken || _isCompleted)
            {
                Clear();
            }
        }

        return Result();
    }

    /// <summary>The connection's end and the end of its last flush may come at once.</summary>
    private void Clear()
    {
        lock (_queue)
        {
            _queue.Clear();
        }
    }

    private FlushResult Result()
    {
        bool isCanceled = _isCanceled;
        _isCanceled = false;
        return new(isCanceled, _isBroken || _isCompleted);
    }

    private void Break()
    {
        _isBroken = true;
        abort("The connection broke while it was written to.");
    }
}
