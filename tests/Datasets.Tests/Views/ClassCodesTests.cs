using Microtome.Datasets.Views.Evaluation;

namespace Microtome.Datasets.Tests.Views;

/// <summary>Codes come back as they were written, however often the table became wider meanwhile, and take no more bits than they need.</summary>
public sealed class ClassCodesTests
{
    private const int Rows = 10_007;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(16, 4)]
    [InlineData(17, 8)]
    [InlineData(256, 8)]
    [InlineData(257, 16)]
    [InlineData(65_536, 16)]
    public void What_was_written_is_read(int classes, int bits)
    {
        Random random = new(classes);
        int[] written = [.. Enumerable.Range(0, Rows).Select(row => row == Rows - 1 ? classes - 1 : random.Next(Math.Min(classes, 1 + (classes * row / Rows))))];
        ClassCodes codes = new(Rows);
        for (int row = 0; row < Rows; row++)
        {
            codes.Set(row, written[row]);
        }

        Assert.Equal(written, Enumerable.Range(0, Rows).Select(row => codes[row]));
        Assert.Equal(((Rows * bits) + 63) / 64 * sizeof(ulong), codes.BytesFor(classes - 1));
        Assert.False(codes.IsWider(classes - 1));
    }
}
