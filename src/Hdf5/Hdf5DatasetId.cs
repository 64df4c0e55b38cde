namespace Microtome.Hdf5;

/// <summary>Enough of an array to open it again from its file: small, where many are known and few are read.</summary>
public readonly record struct Hdf5DatasetId
{
    internal Hdf5DatasetId(long address, int member)
    {
        Address = address;
        Member = member;
    }

    /// <summary>Where the dataset's header lies.</summary>
    internal long Address { get; }

    /// <summary>Which of the dataset's members is meant; -1 for the dataset itself.</summary>
    internal int Member { get; }
}
