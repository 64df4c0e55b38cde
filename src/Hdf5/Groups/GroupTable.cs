using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Groups;

/// <summary>The groups seen so far, and what a path leads to from one of them.</summary>
internal sealed class GroupTable(FileContext context, long rootAddress, WalkSteps steps, HeaderReads reads)
{
    private const int MaxSoftLinks = 32;
    private const int MaxNames = 4096;
    private const int ShownOfLongPath = 100;

    private readonly Dictionary<long, ObjectHeader> _headers = [];
    private readonly Dictionary<long, GroupContent> _contents = [];

    public ObjectHeader HeaderAt(long address)
    {
        if (_headers.TryGetValue(address, out ObjectHeader? header))
            return header;

        header = ObjectHeader.Read(context, address, reads);
        if (header.IsGroup && !_contents.ContainsKey(address))
            _headers.Add(address, header);

        return header;
    }

    /// <summary>A group's links, or why they cannot be read: found out once, since many paths may lead there.</summary>
    public GroupContent ContentAt(long address)
    {
        if (_contents.TryGetValue(address, out GroupContent? content))
            return content;

        try
        {
            ObjectHeader header = HeaderAt(address);
            content = header.IsGroup ? new(GroupLinks.Read(header), null) : GroupContent.None;
        }
        catch (Hdf5FormatException exception)
        {
            content = new([], exception.Message);
        }

        _contents.Add(address, content);
        _headers.Remove(address); // its messages were wanted for the links only
        return content;
    }

    /// <summary>What a soft link means, counted from the group that holds it; null where the walk has not the steps left to find out.</summary>
    public LinkTarget? Resolve(long groupAddress, string path)
    {
        int followed = 0;
        int names = 0;
        Stack<string> parts = new();
        if (!TryPush(path, parts))
            return null;

        long at = Start(groupAddress, path);
        while (parts.TryPop(out string? name))
        {
            if (name.Length == 0 || name == ".")
                continue;

            if (++names > MaxNames)
                return LinkTarget.None($"soft link to {Shown(path)}, which is too long");

            GroupContent content = ContentAt(at);
            if (content.Reason is not null)
                return LinkTarget.None($"soft link to {Shown(path)}, which leads through what cannot be read: {content.Reason}");

            switch (content.Find(name))
            {
                case null:
                    return LinkTarget.None($"soft link to {Shown(path)}, which is not there");
                case { Kind: LinkKind.Hard } link:
                    at = link.Address;
                    break;
                case { Kind: LinkKind.Soft } link when ++followed <= MaxSoftLinks:
                    if (!TryPush(link.Target!, parts))
                        return null;

                    at = Start(at, link.Target!);
                    break;
                case { Kind: LinkKind.Soft }:
                    return LinkTarget.None($"soft link to {Shown(path)}, which runs in a circle");
                default:
                    return LinkTarget.None($"soft link to {Shown(path)}, which leaves the file");
            }
        }

        return new(at, null);
    }

    private long Start(long groupAddress, string path) => path.StartsWith('/') ? rootAddress : groupAddress;

    /// <summary>A name is a step, and so are some characters: all of them are looked at for where a name ends.</summary>
    private bool TryPush(string path, Stack<string> parts)
    {
        string[] names = path.Split('/', MaxNames);
        if (!steps.TryTake(names.Length + (path.Length / WalkSteps.Characters)))
            return false;

        for (int i = names.Length - 1; i >= 0; i--)
            parts.Push(names[i]);

        return true;
    }

    /// <summary>Only the start of a long path is kept: there may be many.</summary>
    private static string Shown(string path) => path.Length <= ShownOfLongPath ? path : string.Concat(path.AsSpan(0, ShownOfLongPath), "…");
}
