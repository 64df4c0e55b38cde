using Microtome.Datasets.Encoders;

namespace Microtome.Api.Results;

/// <summary>
/// Says that a stream is alive while it waits for data: an IDLE frame whenever a wait has lasted another <see cref="Period"/>. A
/// timer writes them, since what is waited for may well hold the stream's own thread: reads of some files do. The body belongs to
/// the timer between <see cref="Begin"/> and <see cref="EndAsync"/>, and to the stream otherwise. A wait that ends soon costs next to nothing.
/// </summary>
internal sealed class IdleFrames : IAsyncDisposable
{
    /// <summary>Contract, section 6.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly StreamBody _body;
    private readonly CancellationTokenSource _stream;
    private readonly ITimer _timer;
    private Task<bool> _sending = Task.FromResult(true);
    private long _step;
    private bool _isWaiting;

    /// <param name="body">Where the frames go. Holds no place among the readers of data meanwhile: the stream's own wait may lend that.</param>
    /// <param name="stream">Cancelled where a frame cannot be sent, and at the end.</param>
    /// <param name="time">What the period is measured with.</param>
    public IdleFrames(StreamBody body, CancellationTokenSource stream, TimeProvider time)
    {
        _body = body;
        _stream = stream;
        _timer = time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The stream waits for this step's data from now on.</summary>
    public void Begin(long step)
    {
        lock (_lock)
        {
            _step = step;
            _isWaiting = true;
        }

        _timer.Change(Period, Period);
    }

    /// <summary>The data are there: ends once a frame that is being written is whole.</summary>
    /// <exception cref="OperationCanceledException">The reader is gone.</exception>
    public Task<bool> EndAsync()
    {
        lock (_lock)
        {
            _isWaiting = false;
            return _sending;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _stream.CancelAsync(); // Where the stream has ended in an error, nobody waits for a slow reader to take a frame.
        await ((Task)EndAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Tick()
    {
        lock (_lock)
        {
            if (_isWaiting && _sending.IsCompletedSuccessfully)
            {
                _sending = SendAsync(_step, _stream.Token);
            }
        }
    }

    private async Task<bool> SendAsync(long step, CancellationToken cancellationToken)
    {
        await Task.Yield(); // Out of the lock.
        try
        {
            await _body.WriteFrameAsync(FrameKind.Idle, step, default, cancellationToken);
            await _body.FlushAsync(cancellationToken);
            return true;
        }
        catch
        {
            await _stream.CancelAsync();
            throw;
        }
    }
}
