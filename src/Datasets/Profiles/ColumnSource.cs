using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Profiles;

/// <summary>A computed column, open for reading until it is disposed: an array like any other. It owns its file, which may be deleted meanwhile.</summary>
internal sealed class ColumnSource : IArraySource
{
    private readonly DataFile _file;
    private readonly PlainSource _source;

    /// <exception cref="FormatException">The file is too short.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public ColumnSource(string path, ArraySpec spec)
    {
        _file = DataFile.Open(path);
        try
        {
            _source = new(_file, 0, spec);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public ArraySpec Spec => _source.Spec;

    public bool TryLocate(long row, long count, out FileRun run) => _source.TryLocate(row, count, out run);

    public void Hint(ReadOnlySpan<long> rows) => _source.Hint(rows);

    public ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken) =>
        _source.ReadAsync(row, count, inner, destination, cancellationToken);

    public void Dispose() => _file.Dispose();
}
