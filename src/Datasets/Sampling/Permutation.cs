namespace Microtome.Datasets.Sampling;

/// <summary>
/// <c>perm.v1</c>: an exact, uniform-quality permutation of [0, n) in O(1) memory, a pure function of (seed, epoch, n, purpose).
/// It is published: it never changes, and golden vectors (<c>perm.v1.txt</c>) hold it.
/// <para>
/// <b>Domain.</b> b = max(8, ⌈log2 n⌉) bits: fewer are visibly not random for tiny n. A value is split into a high part H of ⌊b/2⌋
/// bits and a low part L of ⌈b/2⌉ bits.
/// </para>
/// <para>
/// <b>Keys.</b> s0…s3 are the four little-endian u64 of SHA-256 over the bytes: the ASCII text <c>microtome.perm.v1</c>, a zero
/// byte, the purpose in UTF-8, a zero byte, then seed, epoch and n as little-endian u64. Round key k_i = mix(s_(i mod 4) +
/// (i + 1) · 0x9E3779B97F4A7C15), i = 0…11, all modulo 2^64. Seed and epoch are never added to each other, so that (s, e + 1) and
/// (s + 1, e) have nothing in common.
/// </para>
/// <para>
/// <b>Rounds.</b> Twelve, i = 0…11: for even i, H ^= mix(L + k_i) mod 2^|H|; for odd i, L ^= mix(H + k_i) mod 2^|L|. mix is
/// SplitMix64's finalizer: z ^= z » 30; z *= 0xBF58476D1CE4E5B9; z ^= z » 27; z *= 0x94D049BB133111EB; z ^= z » 31.
/// </para>
/// <para>
/// <b>Cycle walking.</b> Position p goes through the rounds, and its result again, until the result is below n: at least half of
/// all values are, once n ≥ 129.
/// </para>
/// </summary>
public sealed class Permutation : IndexMap
{
    private readonly PermutationRounds _rounds;

    /// <param name="length">How many rows, at most 2^62.</param>
    /// <param name="seed">Any.</param>
    /// <param name="epoch">Any.</param>
    /// <param name="purpose">What the permutation is for, so that two uses of one seed have nothing in common: <c>order</c>, <c>split</c>, ….</param>
    public Permutation(long length, ulong seed, ulong epoch, string purpose)
    {
        _rounds = new(length, seed, epoch, purpose);
        Length = length;
    }

    public override long Length { get; }

    public override long this[long position] => _rounds[position];

    public override void CopyTo(long start, Span<long> rows) => _rounds.CopyTo(start, rows);

    /// <summary>The position at which a row in [0, Length) comes.</summary>
    public long PositionOf(long row) => _rounds.PositionOf(row);
}
