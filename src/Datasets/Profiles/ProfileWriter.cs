using System.Buffers.Binary;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Profiles.Measuring;

namespace Microtome.Datasets.Profiles;

/// <summary>The columns of one array while they are computed, in a folder that nobody looks into before it is whole. Not for concurrent use.</summary>
internal sealed class ProfileWriter : IDisposable
{
    private readonly Dictionary<string, ColumnFile> _files = [];
    private readonly ColumnFile _hash;
    private readonly ColumnFile? _mean;
    private readonly ColumnFile? _std;
    private readonly ColumnFile? _minimum;
    private readonly ColumnFile? _maximum;
    private readonly Dtype _dtype;
    private readonly string _folder;

    /// <exception cref="Storage.DiskFullException">The disk has no room for the columns.</exception>
    public ProfileWriter(string folder, Dtype dtype, long rows)
    {
        (_folder, _dtype) = (folder, dtype);
        try
        {
            _hash = Open(ColumnKind.Hash)!;
            _mean = Open(ColumnKind.Mean);
            _std = Open(ColumnKind.Std);
            _minimum = Open(ColumnKind.Min);
            _maximum = Open(ColumnKind.Max);
        }
        catch
        {
            Dispose();
            throw;
        }

        ColumnFile? Open(ColumnKind kind)
        {
            if (!ColumnKind.Of(dtype).Contains(kind))
            {
                return null;
            }

            return _files[kind.Name] = new(Path.Combine(folder, kind.Name), kind.SpecOf(dtype, rows).Bytes);
        }
    }

    /// <summary>Where the hashes of the next rows go; of at most 1,024 rows.</summary>
    public Span<byte> NextHashes(int rows) => _hash.Next(rows * ColumnKind.HashBytes);

    /// <summary>Adds the next row's numbers, of a dtype that has them, and ends the row.</summary>
    public void Add(Moments row, RowMeter meter)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_mean!.Next(sizeof(double)), row.Mean);
        BinaryPrimitives.WriteDoubleLittleEndian(_std!.Next(sizeof(double)), row.StandardDeviation);
        meter.End(_minimum!.Next(_dtype.ItemSize), _maximum!.Next(_dtype.ItemSize));
    }

    /// <summary>Adds the numbers of the next rows, at most 1,024, whose least and greatest element are the same.</summary>
    /// <param name="extremes">As elements of the dtype.</param>
    public void Add(ReadOnlySpan<double> means, ReadOnlySpan<double> stds, ReadOnlySpan<byte> extremes)
    {
        Write(means, _mean!);
        Write(stds, _std!);
        extremes.CopyTo(_minimum!.Next(extremes.Length));
        extremes.CopyTo(_maximum!.Next(extremes.Length));
    }

    /// <summary>Writes what is left, the record last. All of it is on the disk where the record is believed whenever the machine was started.</summary>
    /// <exception cref="Storage.DiskFullException">The disk is full.</exception>
    /// <returns>The record with the columns' digests and its own.</returns>
    public ProfileRecord Finish(ProfileRecord record)
    {
        foreach (ColumnFile file in _files.Values)
        {
            file.Finish(isDurable: record.Boot.Length == 0);
        }

        ProfileRecord signed = record.Sign(_files.ToDictionary(file => file.Key, file => file.Value.Digest));
        Storage.AtomicFile.Write(Path.Combine(_folder, ProfileRecord.FileName), signed.ToJson());
        return signed;
    }

    public void Dispose()
    {
        foreach (ColumnFile file in _files.Values)
        {
            file.Dispose();
        }
    }

    private static void Write(ReadOnlySpan<double> numbers, ColumnFile file)
    {
        Span<byte> bytes = file.Next(numbers.Length * sizeof(double));
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes[(i * sizeof(double))..], numbers[i]);
        }
    }
}
