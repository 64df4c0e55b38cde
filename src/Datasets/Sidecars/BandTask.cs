namespace Microtome.Datasets.Sidecars;

/// <summary>One band that is to be made ready, by the first of those who may have it in their queue.</summary>
internal sealed class BandTask(Sidecar sidecar, long band, SidecarSource source)
{
    private readonly TaskCompletionSource<bool> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;
    private int _queued;

    public long Band => band;

    public Sidecar Sidecar => sidecar;

    public SidecarSource Source => source;

    /// <summary>Whether the band could be made ready.</summary>
    public Task<bool> Made => _made.Task;

    public bool HasBegun => Volatile.Read(ref _begun) != 0;

    /// <summary>True for the one who is to run it.</summary>
    public bool TryBegin() => Interlocked.Exchange(ref _begun, 1) == 0;

    /// <summary>True for the first who puts it into the queue of work done ahead.</summary>
    public bool TryQueue() => Interlocked.Exchange(ref _queued, 1) == 0;

    public void End(bool isMade)
    {
        sidecar.EndTask(this);
        _made.TrySetResult(isMade);
    }
}
