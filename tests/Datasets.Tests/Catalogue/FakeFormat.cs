using System.Text;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Storage;

namespace Microtome.Datasets.Tests.Catalogue;

/// <summary>
/// A container of several arrays, as HDF5 is one: the line <c>FAKE</c>, then one line an array: <c>name dtype shape [alias…]</c>,
/// and lines <c>@name attribute value,value</c>. The data are zeros that nobody reads.
/// </summary>
internal sealed class FakeFormat : IDatasetFormat
{
    private int _opens;

    /// <summary>Whether opening fails, as it does while a disk is away or a file may not be read.</summary>
    public bool IsAway { get; set; }

    /// <summary>What happens once, after the next file's headers were read and before the catalogue goes on.</summary>
    public Action? Meanwhile { get; set; }

    /// <summary>How many files it has opened.</summary>
    public int Opens => _opens;

    public string Name => "fake";

    public int HeadBytes => 4;

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith("FAKE"u8);

    public static void Write(string path, params string[] lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, ["FAKE", .. lines]);
    }

    public OpenedFile Open(DataFile file)
    {
        Interlocked.Increment(ref _opens);
        if (IsAway)
        {
            throw new IOException("The disk is away.");
        }

        byte[] bytes = new byte[file.Length];
        new FileRun(file.Handle, 0, file.Length).CopyTo(0, bytes);
        Action? meanwhile = Meanwhile;
        Meanwhile = null;
        meanwhile?.Invoke();
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        ILookup<string, string[]> attributes = lines.Where(line => line[0] == '@').Select(line => line[1..].Split(' ', 3)).ToLookup(parts => parts[0]);
        return new(
            [.. lines.Where(line => line[0] != '@').Select(line => Parse(line.Split(' '), attributes))],
            attributes["/"].ToDictionary(parts => parts[1], parts => (object?)parts[2]));
    }

    private static OpenedArray Parse(string[] parts, ILookup<string, string[]> attributes)
    {
        // A line that is cut short ends in an exception that no reader should let out: a mistake to be survived.
        Shape shape = parts[2] == "()" ? Shape.Scalar : new(parts[2].Split(',').Select(long.Parse).ToArray());
        bool isServable = Dtype.TryParse(parts[1], out Dtype? dtype, out _);
        return new()
        {
            Name = parts[0],
            Dtype = dtype?.Name ?? parts[1],
            Shape = shape,
            Source = isServable ? new Zeros(new(dtype!, shape)) : null,
            Reason = isServable ? null : $"the type {parts[1]} is not served",
            StoredBytes = 100,
            Aliases = parts[3..],
            Attributes = attributes[parts[0]].ToDictionary(line => line[1], line => (object?)line[2].Split(',').ToList()),
        };
    }

    private sealed class Zeros(ArraySpec spec) : IArraySource
    {
        public ArraySpec Spec => spec;

        public bool TryLocate(long row, long count, out FileRun run)
        {
            run = default;
            return false;
        }

        public void Hint(ReadOnlySpan<long> rows)
        {
        }

        public ValueTask ReadAsync(long row, long count, Region inner, Memory<byte> destination, CancellationToken cancellationToken)
        {
            destination.Span.Clear();
            return ValueTask.CompletedTask;
        }

        public void Dispose()
        {
        }
    }
}
