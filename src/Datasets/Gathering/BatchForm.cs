namespace Microtome.Datasets.Gathering;

/// <summary>
/// What batches with arrays of the same names, dtypes and shapes have in common: what an encoder works out of these alone, its
/// header, is worked out once for all of them. Safe for concurrent use.
/// </summary>
/// <param name="rows">Rows of each of them.</param>
internal sealed class BatchForm(long rows)
{
    private object? _made;

    public long Rows => rows;

    /// <summary>What was made of that type last, or is made now. It is immutable.</summary>
    public T Get<T>(Batch batch, Func<Batch, T> make)
        where T : class
    {
        if (Volatile.Read(ref _made) is T made)
        {
            return made;
        }

        made = make(batch);
        Volatile.Write(ref _made, made);
        return made;
    }
}
