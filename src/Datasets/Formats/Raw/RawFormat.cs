using Microtome.Datasets.Arrays;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Formats.Raw;

/// <summary>
/// A headerless file, as <c>np.memmap</c> and <c>tofile</c> write it: what it holds is said in configuration.
/// </summary>
public sealed record RawFormat(Dtype Dtype, bool BigEndian, Shape Shape, long Offset, ElementOrder Order) : IDatasetFormat
{
    public string Name => "raw";

    public int HeadBytes => 0;

    /// <summary>A file without a header is never recognized by its content.</summary>
    public bool Recognizes(ReadOnlySpan<byte> head) => false;

    public OpenedFile Open(DataFile file)
    {
        PlainSource source = new(file, Offset, new(Dtype, Shape), Order, BigEndian);
        return new(
            [new() { Name = "", Dtype = Dtype.Name, Shape = Shape, Source = source, StoredBytes = source.Spec.Bytes, Identity = ToString() }],
            OpenedFile.NoAttributes);
    }
}
