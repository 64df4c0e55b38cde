using Microtome.Hdf5.FileLevel;
using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Groups;

/// <summary>
/// Finds every object of a file once, under its first path in name order, with its other paths as aliases. Hard and soft links
/// count alike. Explicit stack; a path never runs through a group twice; paths of an object, objects, path lengths and the steps of
/// the walk are bounded.
/// </summary>
internal sealed class ObjectWalker
{
    private const int MaxPaths = 256;
    private const int MaxAliases = 1 << 17;
    private const int MaxPathLength = 4096;
    private const int ShownOfLongPath = 100;

    private readonly WalkSteps _steps = new();
    private readonly Dictionary<long, FoundObject> _byAddress = [];
    private readonly List<FoundObject> _found = [];
    private readonly Stack<Step> _pending = new();
    private readonly GroupTable _groups;
    private readonly long _rootAddress;
    private readonly int _maxObjects;
    private int _aliases;

    public ObjectWalker(FileContext context, long rootAddress, HeaderReads reads)
    {
        _groups = new(context, rootAddress, _steps, reads);
        _rootAddress = rootAddress;
        _maxObjects = context.Options.MaxObjects;
    }

    public IReadOnlyList<FoundObject> Walk()
    {
        _pending.Push(new(_rootAddress, "/", null));
        while (_pending.TryPop(out Step? step))
        {
            if (_found.Count >= _maxObjects)
            {
                _found.Add(FoundObject.Refused("/", $"the file holds more than {_maxObjects} objects: the rest is not listed"));
                break;
            }

            Visit(step);
        }

        if (_steps.WereRefused)
            _found.Add(FoundObject.Refused("/", $"following the file's links takes more than {WalkSteps.Max} steps: not all paths and soft links are listed"));

        return _found;
    }

    private void Visit(Step step)
    {
        if (step.Refusal is not null)
        {
            _found.Add(FoundObject.Refused(step.Path, step.Refusal));
            return;
        }

        if (!_byAddress.TryGetValue(step.Address, out FoundObject? known))
        {
            known = Open(step);
            _byAddress.Add(step.Address, known);
            _found.Add(known);
        }
        else if (known.Aliases.Count >= MaxPaths - 1 || ++_aliases > MaxAliases)
        {
            return;
        }
        else
        {
            known.AddAlias(step.Path);
            if (step.IsWithinItself)
                return;
        }

        if (known.IsGroup && known.Reason is null)
            PushLinks(step, known);
    }

    private FoundObject Open(Step step)
    {
        try
        {
            return FoundObject.Readable(step.Path, step.Address, _groups.HeaderAt(step.Address).IsGroup);
        }
        catch (Hdf5FormatException exception)
        {
            return FoundObject.Refused(step.Path, exception.Message);
        }
    }

    private void PushLinks(Step group, FoundObject found)
    {
        GroupContent content = _groups.ContentAt(group.Address);
        found.Reason = content.Reason;
        IReadOnlyList<Link> links = content.Links;

        // Under its first path a group comes whole; under others what it holds would only get more paths.
        if (found.Aliases.Count > 0 && !_steps.TryTake(links.Count * (1 + (group.Path.Length / WalkSteps.Characters))))
            return;

        // Pushed last to first, so that they come out in name order, each with all that is below it.
        for (int i = links.Count - 1; i >= 0; i--)
        {
            string path = group.Path == "/" ? "/" + links[i].Name : $"{group.Path}/{links[i].Name}";
            if ((path.Length > MaxPathLength ? TooLong(path, group) : Follow(links[i], path, group)) is { } step)
                _pending.Push(step);
        }
    }

    /// <summary>Only the start of such a path is kept: there may be many.</summary>
    private static Step TooLong(string path, Step group) =>
        new(-1, $"{path.AsSpan(0, ShownOfLongPath)}…", group, $"its path has {path.Length} characters, more than {MaxPathLength}");

    /// <summary>Null for a soft link that there are no steps left to follow.</summary>
    private Step? Follow(Link link, string path, Step group)
    {
        switch (link.Kind)
        {
            case LinkKind.Hard:
                return new(link.Address, path, group);
            case LinkKind.External:
                return new(-1, path, group, $"external link to the file {link.Target}, which is not followed");
            case LinkKind.Soft:
                return _groups.Resolve(group.Address, link.Target!) is { } target ? new(target.Address, path, group, target.Reason) : null;
            default:
                return new(-1, path, group, "a user-defined link, which is not followed");
        }
    }

    private sealed record Step(long Address, string Path, Step? Parent, string? Refusal = null)
    {
        /// <summary>The path runs through the object that it leads to.</summary>
        public bool IsWithinItself
        {
            get
            {
                for (Step? above = Parent; above is not null; above = above.Parent)
                {
                    if (above.Address == Address)
                        return true;
                }

                return false;
            }
        }
    }
}
