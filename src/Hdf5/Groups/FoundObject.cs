using Microtome.Hdf5.ObjectLevel;

namespace Microtome.Hdf5.Groups;

/// <summary>What a walk found: an object's header, or why it cannot be read, under one path or several.</summary>
internal sealed class FoundObject
{
    public required List<string> Paths { get; init; }

    public ObjectHeader? Header { get; init; }

    public string? Reason { get; set; }

    public static FoundObject Readable(string path, ObjectHeader header) => new() { Paths = [path], Header = header };

    public static FoundObject Refused(string path, string reason) => new() { Paths = [path], Reason = reason };
}
