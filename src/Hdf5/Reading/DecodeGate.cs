namespace Microtome.Hdf5.Reading;

/// <summary>
/// Bounds the memory of large chunks that are decoded at the same time, whoever asks for them: each enters with the bytes that it
/// takes, and leaves when they are given back or are the cache's. Waiters come in their order and take no thread. Ordinary chunks pass
/// by. Who is inside must not wait for another chunk. Safe for concurrent use.
/// </summary>
internal sealed class DecodeGate(long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Entered)> _waiting = new();
    private long _taken;

    /// <summary>How many chunks of so many bytes are worth waiting for at the same time; 0 bytes are those of an ordinary one.</summary>
    public int MostAtOnce(long bytes) => bytes == 0 ? int.MaxValue : (int)Math.Clamp(maxBytes / bytes, 1, int.MaxValue);

    /// <summary>Enters where that needs no waiting, and nobody waits.</summary>
    public bool TryEnter(long bytes)
    {
        lock (_lock)
            return _waiting.Count == 0 && TryTake(bytes);
    }

    public Task EnterAsync(long bytes)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && TryTake(bytes))
                return Task.CompletedTask;

            TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, entered));
            return entered.Task;
        }
    }

    public void Leave(long bytes)
    {
        lock (_lock)
        {
            _taken -= bytes;
            while (_waiting.TryPeek(out (long Bytes, TaskCompletionSource Entered) next) && TryTake(next.Bytes))
                _waiting.Dequeue().Entered.SetResult();
        }
    }

    /// <summary>One that takes more than there is goes alone.</summary>
    private bool TryTake(long bytes)
    {
        if (_taken > 0 && bytes > maxBytes - _taken)
            return false;

        _taken += bytes;
        return true;
    }
}
