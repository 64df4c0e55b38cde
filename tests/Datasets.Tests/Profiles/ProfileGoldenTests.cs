using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Formats.Npy;
using Microtome.Datasets.Profiles;
using Microtome.Datasets.Storage;
using Microtome.Fixtures;

namespace Microtome.Datasets.Tests.Profiles;

/// <summary>
/// What a profile writes never changes while its format has the same number: columns lie on disks, and views over them have to
/// mean the same rows before and after an update. Sums depend on how many lanes a vector has, to their last bit.
/// </summary>
public sealed class ProfileGoldenTests
{
    private const int DoublesOfAVector = 4;

    private static readonly string[] Shapes = ["", "1,1", "5", "28,28", "9,7,3", "7,5,2", "3,9,11", "1100", "300,310,3", "3,310,300"];

    private static string GoldenPath => Repository.PathOf("tests", "Datasets.Tests", "Profiles", "profile.v2.txt");

    [Fact]
    public async Task Columns_and_statistics_are_the_bytes_they_always_were()
    {
        Assert.SkipUnless(Vector<double>.Count == DoublesOfAVector, "Another processor sums in another order.");
        List<string> found = [];
        foreach (Dtype dtype in Dtype.All)
        {
            foreach (string shape in Shapes)
            {
                found.Add($"{dtype.Code} ({shape}) {await DigestAsync(dtype, shape)}");
            }
        }

        Assert.Equal(await File.ReadAllLinesAsync(GoldenPath, TestContext.Current.CancellationToken), found);
    }

    /// <summary>SHA-256 over all columns and the statistics.</summary>
    private static async Task<string> DigestAsync(Dtype dtype, string shape)
    {
        long[] row = [.. shape.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(length => long.Parse(length, CultureInfo.InvariantCulture))];
        int rowBytes = (int)row.Aggregate(1L, (product, length) => product * length) * dtype.ItemSize;
        int rows = Math.Clamp(400_000 / rowBytes, 3, 9_000);
        using TemporaryFolder folder = new();
        string lengths = string.Concat(row.Prepend(rows).Select(length => length.ToString(CultureInfo.InvariantCulture) + ","));
        File.WriteAllBytes(folder.File("x.npy"), NpyFile.Make(dtype.Name, $"({lengths})", Elements(dtype, rows * rowBytes, rowBytes)));
        using DataFile file = DataFile.Open(folder.File("x.npy"));
        IArraySource source = new NpyFormat().Open(file).Arrays.Single().Source!;
        ComputedColumns columns = ProfileOracleTests.ColumnsIn(folder);
        await columns.ComputeAsync(new("v", "x"), source, () => true, _ => { }, TestContext.Current.CancellationToken);
        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Assert.NotNull(ProfileRecord.TryRead(Path.Combine(folder.File("state"), "columns", new ProfileKey("v", "x").Folder)));
        foreach (ColumnKind kind in ColumnKind.Of(dtype))
        {
            digest.AppendData(File.ReadAllBytes(Path.Combine(folder.File("state"), "columns", new ProfileKey("v", "x").Folder, kind.Name)));
        }

        digest.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(columns.FindStatistics("v", "x"))));
        return Convert.ToHexStringLower(digest.GetHashAndReset().AsSpan(0, 8));
    }

    /// <summary>Any bytes, in some rows; in others numbers that repeat, both zeros, infinities and NaNs with a payload and without.</summary>
    private static byte[] Elements(Dtype dtype, int bytes, int rowBytes)
    {
        byte[] data = new byte[bytes];
        Random random = new(dtype.ItemSize * rowBytes);
        random.NextBytes(data);
        if (dtype.Kind != DtypeKind.Float)
        {
            return data;
        }

        for (int at = 0; at < data.Length; at += dtype.ItemSize)
        {
            Span<byte> element = data.AsSpan(at, dtype.ItemSize);
            element[^1] &= 0xBF; // Finite, and not too large to be squared.
            bool isSpecial = at / rowBytes % 3 == 1 && at % rowBytes == 0; // One a row: which of two NaNs a sum takes is the compiler's choice.
            if (isSpecial && random.Next(6) is var which && which < 5)
            {
                Write(dtype, element, which switch { 0 => 0.0, 1 => -0.0, 2 => double.PositiveInfinity, 3 => double.NegativeInfinity, _ => double.NaN });
            }
            else if (isSpecial)
            {
                element.Fill(0xFF);
                element[0] = (byte)random.Next(1, 9);
            }
        }

        return data;
    }

    private static void Write(Dtype dtype, Span<byte> element, double value)
    {
        bool isWritten = dtype.ItemSize switch
        {
            2 => BitConverter.TryWriteBytes(element, (Half)value),
            4 => BitConverter.TryWriteBytes(element, (float)value),
            _ => BitConverter.TryWriteBytes(element, value),
        };
        Assert.True(isWritten);
    }
}
