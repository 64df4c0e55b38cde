namespace Microtome.Datasets.Catalogue;

/// <summary>
/// How many rows a dataset has: the length of axis 0 whose arrays hold the most bytes, of equals the longest. Arrays that cannot
/// be served have a say only where there are no others. 0-d arrays have none.
/// </summary>
internal static class DatasetRows
{
    /// <returns>Null where no array has an axis 0.</returns>
    public static long? Find(IReadOnlyList<DatasetMember> members) =>
        FindMost(members.Where(member => member.Array.Source is not null)) ?? FindMost(members);

    /// <summary>Bytes of an array decoded; what it takes in its file where it cannot be decoded.</summary>
    public static long BytesOf(DatasetMember member) => member.Array.Source?.Spec.Bytes ?? member.Array.StoredBytes;

    /// <summary>Sizes come from headers, which may claim anything: their sum stops at the largest number there is.</summary>
    public static long Add(long bytes, long more) => bytes > long.MaxValue - more ? long.MaxValue : bytes + more;

    private static long? FindMost(IEnumerable<DatasetMember> members)
    {
        Dictionary<long, long> bytesByRows = [];
        foreach (DatasetMember member in members.Where(member => member.Array.Shape.Rank > 0))
        {
            bytesByRows[member.Array.Shape.Rows] = Add(bytesByRows.GetValueOrDefault(member.Array.Shape.Rows), BytesOf(member));
        }

        return bytesByRows.Count == 0 ? null : bytesByRows.MaxBy(entry => (entry.Value, entry.Key)).Key;
    }
}
