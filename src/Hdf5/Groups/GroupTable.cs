using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Groups;

/// <summary>The groups seen so far, and what a path leads to from one of them.</summary>
internal sealed class GroupTable(FileContext context, long rootAddress)
{
    private const int MaxSoftLinks = 32;
    private const int MaxSteps = 4096;

    private readonly Dictionary<long, ObjectHeader> _headers = [];
    private readonly Dictionary<long, List<Link>> _links = [];

    public ObjectHeader HeaderAt(long address)
    {
        if (_headers.TryGetValue(address, out ObjectHeader? header))
            return header;

        header = ObjectHeader.Read(context, address);
        if (header.IsGroup)
            _headers.Add(address, header);

        return header;
    }

    public IReadOnlyList<Link> LinksAt(long address) => FindLinks(address);

    /// <summary>The address of what a soft link means, counted from the group that holds the link.</summary>
    /// <exception cref="Hdf5FormatException">It leads nowhere, out of the file, or in a circle.</exception>
    public long Resolve(long groupAddress, string path)
    {
        int followed = 0;
        int steps = 0;
        Stack<string> parts = new();
        long at = Start(groupAddress, path, parts);
        while (parts.TryPop(out string? name))
        {
            if (name.Length == 0 || name == ".")
                continue;

            if (++steps > MaxSteps)
                throw new Hdf5FormatException($"soft link to {path}, which is too long");

            Link link = Find(at, name) ?? throw new Hdf5FormatException($"soft link to {path}, which is not there");
            switch (link.Kind)
            {
                case LinkKind.Hard:
                    at = link.Address;
                    break;
                case LinkKind.Soft when ++followed <= MaxSoftLinks:
                    at = Start(at, link.Target!, parts);
                    break;
                case LinkKind.Soft:
                    throw new Hdf5FormatException($"soft link to {path}, which runs in a circle");
                default:
                    throw new Hdf5FormatException($"soft link to {path}, which leaves the file");
            }
        }

        return at;
    }

    private long Start(long groupAddress, string path, Stack<string> parts)
    {
        string[] names = path.Split('/', MaxSteps);
        for (int i = names.Length - 1; i >= 0; i--)
            parts.Push(names[i]);

        return path.StartsWith('/') ? rootAddress : groupAddress;
    }

    private Link? Find(long address, string name)
    {
        List<Link> links = FindLinks(address);
        int low = 0;
        int high = links.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(links[middle].Name, name);
            if (order == 0)
                return links[middle];

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }

    private List<Link> FindLinks(long address)
    {
        if (!_links.TryGetValue(address, out List<Link>? links))
        {
            ObjectHeader header = HeaderAt(address);
            _links.Add(address, links = header.IsGroup ? GroupLinks.Read(header) : []);
        }

        return links;
    }
}
