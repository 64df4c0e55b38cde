using Microtome.Datasets.Arrays;
using Microtome.Datasets.Sampling;

namespace Microtome.Datasets.Gathering;

/// <summary>Rows of an array of texts. They have no bytes of a fixed size: only encoders that hold texts are given one.</summary>
public sealed class TextArray(string name, TextSlice slice, IndexMap rows, Shape shape) : BatchArray(name, Dtype.Text, shape)
{
    /// <summary>A read ends with the text that reaches this many characters.</summary>
    private const long MaxTogetherChars = 1 << 20;

    private readonly long _perRow = slice.Region.Count;

    /// <summary>Reads the texts from <paramref name="start"/> on, by their place in what is sent, into the front of the destination.</summary>
    /// <returns>How many: as many as the destination holds, or fewer, at least one, where they are long.</returns>
    /// <exception cref="ArrayReadException">The file does not hold what its headers promise.</exception>
    /// <exception cref="TextTooLongException">One takes more memory than is spent on one.</exception>
    public async ValueTask<int> ReadTextsAsync(long start, Memory<string> destination, CancellationToken cancellationToken)
    {
        int done = 0;
        for (long chars = 0; done < destination.Length && chars < MaxTogetherChars;)
        {
            long first = PlaceOf(start + done);
            int count = 1;
            while (done + count < destination.Length && PlaceOf(start + done + count) == first + count)
            {
                count++;
            }

            int read = await slice.Source.ReadAsync(first, destination.Slice(done, count), cancellationToken);
            for (int i = 0; i < read; i++)
            {
                chars += destination.Span[done + i].Length;
            }

            done += read;
        }

        return done;
    }

    public override ValueTask WriteAsync(BatchBody body, CancellationToken cancellationToken) => throw NoBytes();

    public override ValueTask ReadAsync(long start, Memory<byte> destination, CancellationToken cancellationToken) => throw NoBytes();

    private static InvalidOperationException NoBytes() => new("Texts have no bytes; whoever plans an answer gives them to encoders that hold texts.");

    private long PlaceOf(long number) => slice.PlaceOf(rows[number / _perRow], number % _perRow);
}
