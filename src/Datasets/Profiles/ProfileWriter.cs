using System.Buffers.Binary;
using Microtome.Datasets.Arrays;
using Microtome.Datasets.Profiles.Measuring;

namespace Microtome.Datasets.Profiles;

/// <summary>The columns of one array while they are computed, in a folder that nobody looks into before it is whole. Not for concurrent use.</summary>
internal sealed class ProfileWriter : IDisposable
{
    private readonly Dictionary<ColumnKind, ColumnFile> _files = [];
    private readonly Dtype _dtype;
    private readonly string _folder;

    /// <exception cref="Storage.DiskFullException">The disk has no room for the columns.</exception>
    public ProfileWriter(string folder, Dtype dtype, long rows)
    {
        (_folder, _dtype) = (folder, dtype);
        try
        {
            foreach (ColumnKind kind in ColumnKind.Of(dtype))
            {
                _files[kind] = new(Path.Combine(folder, kind.Name), kind.SpecOf(dtype, rows).Bytes);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the next row's hash goes.</summary>
    public Span<byte> NextHash() => _files[ColumnKind.Hash].Next(ColumnKind.HashBytes);

    /// <summary>Adds the next row's numbers.</summary>
    public void Add(Moments row, ElementNumber minimum, ElementNumber maximum)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_files[ColumnKind.Mean].Next(sizeof(double)), row.Mean);
        BinaryPrimitives.WriteDoubleLittleEndian(_files[ColumnKind.Std].Next(sizeof(double)), row.StandardDeviation);
        minimum.Write(_dtype, _files[ColumnKind.Min].Next(_dtype.ItemSize));
        maximum.Write(_dtype, _files[ColumnKind.Max].Next(_dtype.ItemSize));
    }

    /// <summary>Brings everything to the disk, the record last.</summary>
    /// <exception cref="Storage.DiskFullException">The disk is full.</exception>
    public void Finish(ProfileRecord record)
    {
        foreach (ColumnFile file in _files.Values)
        {
            file.Finish();
        }

        Storage.AtomicFile.Write(Path.Combine(_folder, ProfileRecord.FileName), record.ToJson());
    }

    public void Dispose()
    {
        foreach (ColumnFile file in _files.Values)
        {
            file.Dispose();
        }
    }
}
