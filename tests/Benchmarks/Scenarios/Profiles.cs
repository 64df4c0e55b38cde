using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Microtome.Benchmarks.Contenders;
using Microtome.Benchmarks.Data;
using Microtome.Benchmarks.Report;

namespace Microtome.Benchmarks.Scenarios;

/// <summary>
/// The job <c>profile</c> against reading the same bytes from one end to the other, all in the page cache. One file is served as
/// every dtype, with rows of one element, of MNIST's size and of PCam's; a version set by hand makes a new dataset of it for each round.
/// The first round is not counted: the server's compiler has then seen the work once.
/// </summary>
internal sealed class Profiles() : Scenario("profile", "five statistics and a hash of each row, against a plain read")
{
    private const long FileBytes = 256 << 20;
    private const long Scalars = 2_000_000;
    private const int ReadBytes = 1 << 20;

    private static readonly string[] Dtypes = ["|b1", "|u1", "|i1", "<u2", "<i2", "<f2", "<u4", "<i4", "<f4", "<u8", "<i8", "<f8", "<c8", "<c16"];
    private static readonly int[] RowSizes = [0, 784, 27_648];

    public override void Run(Bench bench, Section section)
    {
        string file = bench.Data.PathOf("numbers.raw");
        Write(file);
        FileCache.Reload(file);
        Case[] cases = [.. Dtypes.SelectMany(dtype => RowSizes.Select(size => Case.Of(dtype, size)))];
        using JobServer server = new(bench.Data.PathOf("profiles"), cases.SelectMany(one => Enumerable.Range(0, bench.Options.Rounds + 1).SelectMany(round => one.Settings(file, round))));
        using SafeFileHandle handle = File.OpenHandle(file);
        Dictionary<Case, (double Ratio, double Nanoseconds)> results = cases.ToDictionary(one => one, one => Measure(server, handle, one, bench.Options.Rounds));
        section.Table(
            ["dtype", "one element: ns a row", "one element: × read", "784 B: × read", "27,648 B: × read"],
            Dtypes.Select(dtype => (string[])[
                dtype[1..],
                ResultTables.Text(results[Case.Of(dtype, 0)].Nanoseconds),
                .. RowSizes.Select(size => ResultTables.Text(results[Case.Of(dtype, size)].Ratio))]));
        section.Note("Of a row of one element, the columns are 16 to 48 times as many bytes as the row, and are brought to the disk.");
    }

    private static (double Ratio, double Nanoseconds) Measure(JobServer server, SafeFileHandle file, Case one, int rounds)
    {
        List<double> ratios = [];
        List<double> nanoseconds = [];
        for (int round = 0; round <= rounds; round++)
        {
            double read = Read(file, one.Bytes);
            double seconds = server.Run(new { kind = "profile", dataset = one.Name(round) }).Seconds;
            if (round == 0)
            {
                continue;
            }

            ratios.Add(seconds / read);
            nanoseconds.Add(seconds / one.Rows * 1e9);
        }

        return (Result.Median(ratios), Result.Median(nanoseconds));
    }

    /// <summary>Seconds for a read of these bytes: of several, so that the clock can tell.</summary>
    private static double Read(SafeFileHandle file, long bytes)
    {
        byte[] buffer = new byte[ReadBytes];
        long started = Stopwatch.GetTimestamp();
        int times = 0;
        do
        {
            for (long at = 0; at < bytes;)
            {
                at += RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, bytes - at)), at);
            }

            times++;
        }
        while (Stopwatch.GetElapsedTime(started).TotalMilliseconds < 50);
        return Stopwatch.GetElapsedTime(started).TotalSeconds / times;
    }

    /// <summary>Random bytes that are finite numbers in every dtype: the exponent's first bit, in the last byte of each, is none.</summary>
    private static void Write(string path)
    {
        using FileStream file = File.Create(path);
        byte[] block = new byte[ReadBytes];
        Random random = new(1);
        for (long written = 0; written < FileBytes; written += block.Length)
        {
            random.NextBytes(block);
            for (int i = 1; i < block.Length; i += 2)
            {
                block[i] &= 0xBF;
            }

            file.Write(block);
        }
    }

    private sealed record Case(string Dtype, long Rows, long Elements, int ItemBytes)
    {
        public long Bytes => Rows * Elements * ItemBytes;

        /// <param name="rowBytes">0: one element.</param>
        public static Case Of(string dtype, int rowBytes)
        {
            int item = int.Parse(dtype.AsSpan(2), CultureInfo.InvariantCulture);
            return rowBytes == 0 ? new(dtype, Scalars, 1, item) : new(dtype, FileBytes / rowBytes, rowBytes / item, item);
        }

        public string Name(int round) => string.Create(CultureInfo.InvariantCulture, $"{Dtype[1..]}-{Elements}-{round}");

        public IEnumerable<string> Settings(string file, int round)
        {
            string dataset = $"--Microtome:Datasets:{Name(round)}:";
            return [
                $"{dataset}x:File={file}", $"{dataset}x:Dtype={Dtype}",
                string.Create(CultureInfo.InvariantCulture, $"{dataset}x:Shape={Rows},{Elements}"), $"{dataset}Version={Name(round)}"];
        }
    }
}
