namespace Microtome.Datasets.Sampling;

/// <summary>
/// How many rows of each class go to each part (<c>split.v1</c>): every part gets its floor of the class; what is left over goes,
/// one row each, to the parts of non-zero remainder that are furthest behind their share of all rows so far, equally far ones in
/// their order. Less than 1 off for each class and part, at most 1 overall. Exact: shares are ratios of integers. One class alone
/// is a plain split. Published, so it never changes (<c>views.v1.txt</c>). Not for concurrent use.
/// </summary>
public sealed class PartDealer
{
    private readonly long[] _weights;
    private readonly Int128 _total;
    private readonly long[] _dealt;
    private readonly Int128[] _remainders;
    private readonly Int128[] _behind;
    private long _rows;

    /// <param name="weights">The parts' shares, as integers in proportion to them; each and their sum at most 2^62, not all zero.</param>
    public PartDealer(ReadOnlySpan<long> weights)
    {
        _weights = weights.ToArray();
        foreach (long weight in weights)
        {
            _total += weight;
        }

        _dealt = new long[weights.Length];
        _remainders = new Int128[weights.Length];
        _behind = new Int128[weights.Length];
    }

    /// <summary>Deals the next class, in value order.</summary>
    /// <param name="rows">How many rows the class has.</param>
    /// <param name="sizes">How many of them each part gets.</param>
    public void Deal(long rows, Span<long> sizes)
    {
        _rows += rows;
        long left = rows;
        for (int part = 0; part < sizes.Length; part++)
        {
            (Int128 floor, _remainders[part]) = Int128.DivRem((Int128)rows * _weights[part], _total);
            sizes[part] = (long)floor;
            left -= sizes[part];
            _behind[part] = ((Int128)_rows * _weights[part]) - (_total * (_dealt[part] + sizes[part]));
        }

        for (; left > 0; left--)
        {
            int furthest = FindFurthest();
            sizes[furthest]++;
            _remainders[furthest] = 0; // At most one each.
        }

        for (int part = 0; part < sizes.Length; part++)
        {
            _dealt[part] += sizes[part];
        }
    }

    private int FindFurthest()
    {
        int furthest = -1;
        for (int part = 0; part < _behind.Length; part++)
        {
            if (_remainders[part] != 0 && (furthest < 0 || _behind[part] > _behind[furthest]))
            {
                furthest = part;
            }
        }

        return furthest;
    }
}
