using Microtome.Api.Problems;

namespace Microtome.Api.Limits;

/// <summary>How many streams are open at once; one more is refused. Lock-free.</summary>
internal sealed class StreamAdmission(int most)
{
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Takes a place until it is disposed.</summary>
    /// <exception cref="ProblemException">503 where all are taken.</exception>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _open) > most)
        {
            Interlocked.Decrement(ref _open);
            throw ProblemException.Overloaded();
        }

        return new Place(this);
    }

    private sealed class Place(StreamAdmission owner) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref owner._open);
    }
}
