namespace Microtome.Api.Requests;

/// <summary>What a query says of arrays, as it was written: two that say the same in the same words are equal.</summary>
internal readonly struct GatherKey(GatherQuery query, bool addsValid) : IEquatable<GatherKey>
{
    private readonly string? _arrays = query.Arrays;
    private readonly string[] _select = query.Select ?? [];
    private readonly string[] _transform = query.Transform ?? [];
    private readonly bool _addsValid = addsValid;

    /// <summary>Characters of all texts together.</summary>
    public int Characters => (_arrays?.Length ?? 0) + _select.Sum(text => text.Length) + _transform.Sum(text => text.Length);

    public bool Equals(GatherKey other) =>
        _addsValid == other._addsValid && _arrays == other._arrays && _select.AsSpan().SequenceEqual(other._select) && _transform.AsSpan().SequenceEqual(other._transform);

    public override bool Equals(object? obj) => obj is GatherKey other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(_arrays);
        foreach (string text in _select)
        {
            hash.Add(text);
        }

        foreach (string text in _transform)
        {
            hash.Add(text);
        }

        return hash.ToHashCode();
    }
}
