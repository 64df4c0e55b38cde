using System.Collections;

namespace Microtome.Hdf5.Reading;

/// <summary>A member's paths by those of its dataset, made when they are looked at: there may be thousands of members, each with as many.</summary>
internal sealed class MemberPaths(IReadOnlyList<string> datasetPaths, string member) : IReadOnlyList<string>
{
    public int Count => datasetPaths.Count;

    public string this[int index] => $"{datasetPaths[index]}.{member}";

    public IEnumerator<string> GetEnumerator() => datasetPaths.Select(path => $"{path}.{member}").GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
