using System.Text;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats;
using Microtome.Datasets.Formats.Npy;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Formats;

/// <summary>Headers of .npy: those that NumPy writes, those that lie, and those that somebody damaged.</summary>
public sealed class NpyFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "(3,)")]
    [InlineData(2, "(3,)")]
    [InlineData(3, "(3,)")]
    [InlineData(1, "(3L,)")]
    [InlineData(1, "( 3 , )")]
    public void Every_version_and_python_2_are_understood(byte version, string shape)
    {
        OpenedArray array = Open(Make(version, $"{{'descr': '<i2', 'fortran_order': False, 'shape': {shape}, }}", 6)).Single();
        Assert.Equal(("<i2", "3"), (array.Dtype, array.Shape.ToString()));
        Assert.NotNull(array.Source);
    }

    [Theory]
    [InlineData("'|S5'")]
    [InlineData("'<U3'")]
    [InlineData("'|O'")]
    [InlineData("'<M8[ns]'")]
    [InlineData("[('a', '<i4'), ('b', '<f8', (2,))]")]
    [InlineData("'<f16'")]
    public void Other_dtypes_are_listed_with_a_reason(string descr)
    {
        OpenedArray array = Open(Make(1, $"{{'descr': {descr}, 'fortran_order': False, 'shape': (2,), }}", 64)).Single();
        Assert.Null(array.Source);
        Assert.NotEmpty(array.Reason!);
        Assert.Equal("2", array.Shape.ToString());
    }

    [Theory]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (4,), }", "too short")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (9223372036854775807,), }", "2^63")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (4294967296,4294967296), }", "no shape")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (-1,), }", "number")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': 3, }", "'('")]
    [InlineData("{'descr': '<i2', 'fortran_order': Maybe, 'shape': (3,), }", "True nor False")]
    [InlineData("{'descr': '<i2', 'shape': (3,), }", "needs")]
    [InlineData("{'descr': '<i2', 'descr': '<i2', 'fortran_order': False, 'shape': (3,), }", "twice")]
    [InlineData("{'descr': '<i2, 'fortran_order': False, 'shape': (3,), }", "missing")]
    [InlineData("{'descr': [('a', '<i2', 'fortran_order': False, 'shape': (3,), }", "does not end")]
    [InlineData("import os", "'{'")]
    public void A_header_that_lies_is_refused_by_name(string header, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Open(Make(1, header, 6))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_header_longer_than_the_file_is_refused()
    {
        byte[] file = Make(2, "{}", 0);
        file[8] = file[9] = file[10] = 0xFF;
        Assert.Contains("long", Assert.Throws<FormatException>(() => Open(file)).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => Open([0x93, .. "NUMPY"u8, 2, 0, 1]));
        Assert.Throws<FormatException>(() => Open(Make(9, "{}", 0)));
    }

    [Fact]
    public void Damaged_headers_end_in_data_or_in_a_refusal()
    {
        byte[] good = Make(1, "{'descr': '<i2', 'fortran_order': False, 'shape': (3, 1), }", 6);
        Random random = new(2);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bad = [.. good];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                bad[random.Next(6, bad.Length)] = (byte)random.Next(256);
            }

            try
            {
                Open(bad[..random.Next(6, bad.Length + 1)]);
            }
            catch (FormatException)
            {
                // Refused, as it should be.
            }
        }
    }

    [Fact]
    public async Task Rows_beyond_4_GiB_are_read_where_they_lie()
    {
        string path = _folder.File("large.npy");
        const long rows = 5L << 20;
        byte[] head = Make(1, $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({rows}, 1024), }}", 0);
        await using (FileStream stream = new(path, FileMode.Create))
        {
            await stream.WriteAsync(head);
            stream.SetLength(head.Length + (rows * 1024)); // Sparse: takes no room.
            stream.Position = head.Length + ((rows - 1) * 1024);
            await stream.WriteAsync("the last row"u8.ToArray());
        }

        using DataFile file = DataFile.Open(path);
        IArraySource source = new NpyFormat().Open(file).Arrays[0].Source!;
        Assert.True(source.TryLocate(rows - 1, 1, out FileRun run));
        byte[] row = new byte[12];
        run.CopyTo(0, row);
        Assert.Equal("the last row"u8, row);
        byte[] part = new byte[4];
        await source.ReadAsync(rows - 1, 1, new([new(4, 4)]), part, TestContext.Current.CancellationToken);
        Assert.Equal("last"u8, part);
    }

    private static byte[] Make(byte version, string header, int dataBytes)
    {
        byte[] text = Encoding.Latin1.GetBytes(header + "\n");
        byte[] length = version == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)] : [.. BitConverter.GetBytes(text.Length)];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. new byte[dataBytes]];
    }

    private IReadOnlyList<OpenedArray> Open(byte[] content)
    {
        string path = _folder.File("a.npy");
        File.WriteAllBytes(path, content);
        using DataFile file = DataFile.Open(path);
        return new NpyFormat().Open(file).Arrays;
    }
}
