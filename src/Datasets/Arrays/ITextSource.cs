namespace Microtome.Datasets.Arrays;

/// <summary>
/// An open array of texts: the door beside <see cref="IArraySource"/> for arrays whose elements are no numbers. Immutable and safe
/// for concurrent use. A file that vanished, shrank or is corrupt ends a read in an <see cref="ArrayReadException"/>.
/// </summary>
public interface ITextSource
{
    Shape Shape { get; }

    /// <summary>Reads the texts from <paramref name="start"/> on, by their place in C order, into the front of the destination.</summary>
    /// <returns>How many: as many as the destination holds, or fewer, at least one, where they are long.</returns>
    /// <exception cref="ArrayReadException">The file does not hold what its headers promise.</exception>
    /// <exception cref="TextTooLongException">One takes more memory than is spent on one.</exception>
    ValueTask<int> ReadAsync(long start, Memory<string> destination, CancellationToken cancellationToken);
}
