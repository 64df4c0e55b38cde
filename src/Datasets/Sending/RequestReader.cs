using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Microtome.Datasets.Sending;

/// <summary>
/// A connection's input, which decides what thread a request runs on. Where the last answer was short (<see cref="ExpectShort"/>) the
/// next is taken for such, too, and runs on the thread that waits for all sockets; anything else leaves that thread at once, for the
/// pool. A guess that was wrong is put right by whoever finds out. Many short answers in a row are a turn, so that a
/// client which asks before it is answered does not keep the thread from the other connections. One reader at a time.
/// </summary>
public sealed class RequestReader(PipeReader input) : PipeReader, IValueTaskSource<ReadResult>
{
    /// <summary>
    /// Requests of one connection that a thread answers in a row: some milliseconds together. Where the pool is busy, the end of a
    /// turn costs as much, so it comes seldom.
    /// </summary>
    private const int MostInTurn = 256;

    [ThreadStatic]
    private static RequestReader? _turnOf;

    [ThreadStatic]
    private static int _taken;

    private Action? _goOn;
    private ValueTaskAwaiter<ReadResult> _read;
    private Action<object?>? _next;
    private object? _nextState;
    private volatile bool _expectsShort;

    /// <summary>Says that the connection is being answered shortly, before it can have the end of the answer.</summary>
    public void ExpectShort() => _expectsShort = true;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<ReadResult> read = input.ReadAsync(cancellationToken);
        if (read.IsCompleted && MayStay())
        {
            return read;
        }

        _read = read.GetAwaiter();
        return new(this, 0);
    }

    public override bool TryRead(out ReadResult result) => input.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    /// <summary>Never before it is known what goes on, so that it is this reader who chooses where.</summary>
    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => ValueTaskSourceStatus.Pending;

    /// <summary>What goes on has no context to return to: it is the web server.</summary>
    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        (_next, _nextState) = (continuation, state);
        if (_read.IsCompleted)
        {
            Leave();
        }
        else
        {
            _read.UnsafeOnCompleted(_goOn ??= GoOn);
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _read.GetResult();

    private void GoOn()
    {
        if (MayStay())
        {
            _next!(_nextState);
        }
        else
        {
            Leave();
        }
    }

    private void Leave()
    {
        _expectsShort = false;
        ThreadPool.UnsafeQueueUserWorkItem(_next!, _nextState, preferLocal: false);
    }

    private bool MayStay()
    {
        bool isExpected = _expectsShort;
        _expectsShort = false; // What is read next within this request is its body.
        return !SocketThread.IsCurrent || (TakePlace() && isExpected);
    }

    /// <summary>False at the end of a turn.</summary>
    private bool TakePlace()
    {
        _taken = _turnOf == this ? (_taken + 1) % MostInTurn : 1;
        _turnOf = this;
        return _taken != 0;
    }
}
