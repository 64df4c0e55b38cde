using System.Globalization;
using System.Text;

namespace Microtome.Hdf5.Tests.Oracle;

/// <summary>The files that cells.py makes, one for each version of the superblock, open; and what h5py reads from each array in them.</summary>
public sealed class Cells : ScriptedFiles
{
    public Cells()
    {
        int[] superblocks = [0, 1, 2, 3];
        Parallel.ForEach(superblocks, new() { MaxDegreeOfParallelism = 2 }, version => Make("cells.py", $"v{version}", $"{version}"));
        foreach (int version in superblocks)
            Add($"v{version}", version);
    }

    internal List<Cell> All { get; } = [];

    private void Add(string name, int superblock)
    {
        Hdf5File file = OpenFile(name + ".h5");
        Assert.Equal(superblock, file.SuperblockVersion);
        IEnumerable<Hdf5Dataset> found = file.ReadObjects().OfType<Hdf5Dataset>();
        var datasets = found.SelectMany(dataset => dataset.Members.Prepend(dataset)).ToDictionary(dataset => dataset.Path);
        byte[] expected = File.ReadAllBytes(PathOf(name + ".bin"));
        foreach (string line in File.ReadLines(PathOf(name + ".txt")))
        {
            string[] fields = line.Split('\t');
            int[] shape = [.. fields[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            int offset = int.Parse(fields[3], CultureInfo.InvariantCulture);
            int length = int.Parse(fields[4], CultureInfo.InvariantCulture);
            All.Add(new(name + fields[0], datasets.GetValueOrDefault(fields[0]), fields[1], shape, expected.AsMemory(offset, length)));
        }
    }

    /// <summary>One array, and the bytes that it must read as.</summary>
    internal sealed record Cell(string Name, Hdf5Dataset? Dataset, string Dtype, int[] Shape, ReadOnlyMemory<byte> Expected)
    {
        public bool IsText => Dtype == "text";

        public int Count => Shape.Aggregate(1, (count, length) => count * length);

        /// <summary>Each text ends with a NUL.</summary>
        public string[] ExpectedTexts => Encoding.UTF8.GetString(Expected.Span).Split('\0')[..^1];

        public bool IsListed => Dataset is not null && Dataset.Shape.SequenceEqual(Shape.Select(length => (long)length))
            && (IsText ? Dataset.CanReadStrings : Dataset.ElementType?.Name == Dtype);

        public override string ToString() =>
            $"{Name} {Dataset?.ChunkIndex} {Dataset?.ElementType} [{string.Join(',', Dataset?.Shape ?? [])}], for {Dtype} [{string.Join(',', Shape)}]: {Dataset?.Reason}";
    }
}
