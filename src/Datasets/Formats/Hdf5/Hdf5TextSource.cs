using Microtome.Datasets.Arrays;
using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>An array of texts of an HDF5 file, of fixed or variable length.</summary>
internal sealed class Hdf5TextSource(Hdf5Array array, Shape shape) : ITextSource
{
    public Shape Shape => shape;

    public async ValueTask<int> ReadAsync(long start, Memory<string> destination, CancellationToken cancellationToken)
    {
        try
        {
            string[] texts = await array.Open().ReadStringsAsync(start, destination.Length, cancellationToken);
            texts.CopyTo(destination);
            return texts.Length;
        }
        catch (Hdf5LimitException)
        {
            throw new TextTooLongException("A text of the array is longer than those that are read", Hdf5Dataset.MaxTextBytes);
        }
        catch (Hdf5FormatException error)
        {
            throw new ArrayReadException(error.Message, error);
        }
    }
}
