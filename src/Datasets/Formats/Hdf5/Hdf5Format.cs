using Microtome.Datasets.Storage;
using Microtome.Hdf5;

namespace Microtome.Datasets.Formats.Hdf5;

/// <summary>HDF5 files: every array in every group, and the members of compounds that are numbers or texts as <c>name.member</c>.</summary>
public sealed class Hdf5Format(Hdf5Options options) : IDatasetFormat
{
    /// <summary>User blocks (MATLAB's has 512 bytes) put the signature at 0, 512, 1024, …: beyond this nobody has seen one.</summary>
    private const int MaxUserBlock = 8192;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public string Name => "hdf5";

    public int HeadBytes => MaxUserBlock + Signature.Length;

    public bool Recognizes(ReadOnlySpan<byte> head)
    {
        for (int at = 0; at <= MaxUserBlock && at + Signature.Length <= head.Length; at = at == 0 ? 512 : at * 2)
        {
            if (head[at..].StartsWith(Signature))
            {
                return true;
            }
        }

        return false;
    }

    public OpenedFile Open(DataFile file)
    {
        try
        {
            Hdf5File opened = Hdf5File.Open(file.Handle, options);
            Hdf5ArrayList arrays = new(file, opened);
            IReadOnlyDictionary<string, object?> attributes = OpenedFile.NoAttributes;
            foreach (Hdf5Object found in opened.ReadObjects())
            {
                switch (found)
                {
                    case Hdf5Dataset dataset:
                        arrays.Add(dataset);
                        break;
                    case Hdf5Unreadable unreadable:
                        arrays.AddUnreadable(found.Path, unreadable.Reason);
                        break;
                    case Hdf5Group { Reason: { } reason }:
                        arrays.AddUnreadable(found.Path, $"a group that cannot be read: {reason}");
                        break;
                }

                if (found.Path == "/")
                {
                    attributes = Hdf5Attributes.Read(found);
                }
            }

            return new(arrays.Arrays, attributes);
        }
        catch (Hdf5FormatException error)
        {
            throw new FormatException(error.Message, error);
        }
    }
}
