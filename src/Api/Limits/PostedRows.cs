using Microtome.Api.Problems;

namespace Microtome.Api.Limits;

/// <summary>
/// The memory of posted row lists, all requests' together: each is bounded by <c>MaxRows</c>, but many may be sent at once or wait
/// for their turn to read. Lock-free.
/// </summary>
/// <param name="maxRows">Rows of one list at most.</param>
internal sealed class PostedRows(int maxRows)
{
    /// <summary>As much as some lists of the largest size take: 64 MB by default.</summary>
    private const long LargestLists = 8;

    private readonly long _most = LargestLists * maxRows * sizeof(long);
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long HeldBytes => Volatile.Read(ref _held);

    /// <summary>A share, empty at first, until it is disposed: with the request that the list came with.</summary>
    public Share Open() => new(this);

    /// <summary>What one request holds. Not for concurrent use.</summary>
    internal sealed class Share(PostedRows owner) : IDisposable
    {
        private long _bytes;

        /// <summary>The list takes room for this many rows now.</summary>
        /// <exception cref="ProblemException">503 where all lists together would take too much.</exception>
        public void Hold(long rows)
        {
            long more = (rows * sizeof(long)) - _bytes;
            if (more <= 0)
            {
                return;
            }

            _bytes += more;
            if (Interlocked.Add(ref owner._held, more) > owner._most)
            {
                throw ProblemException.Overloaded();
            }
        }

        public void Dispose()
        {
            Interlocked.Add(ref owner._held, -_bytes);
            _bytes = 0;
        }
    }
}
