namespace Microtome.Hdf5.Groups;

/// <summary>The links of a group in name order, or the reason why they cannot be read.</summary>
internal sealed record GroupContent(IReadOnlyList<Link> Links, string? Reason)
{
    /// <summary>Of what is no group.</summary>
    public static GroupContent None { get; } = new([], null);

    public Link? Find(string name)
    {
        int low = 0;
        int high = Links.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(Links[middle].Name, name);
            if (order == 0)
                return Links[middle];

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }
}
