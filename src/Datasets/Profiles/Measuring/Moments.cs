namespace Microtome.Datasets.Profiles.Measuring;

/// <summary>
/// How many numbers, their sum, and the sum of their squared deviations from their mean: all that mean and standard deviation need,
/// in a form that joins with others of its kind without cancellation (Chan, Golub and LeVeque, 1979).
/// </summary>
internal readonly record struct Moments(long Count, double Sum, double SquaredDeviations)
{
    /// <summary>NaN where there are no numbers, as in NumPy.</summary>
    public double Mean => Sum / Count;

    /// <summary>The population's standard deviation, as <c>np.std</c>.</summary>
    public double StandardDeviation => Math.Sqrt(SquaredDeviations / Count);

    /// <summary>Of integers, counted from the least that there may be: <c>Σx</c> and <c>Σx²</c> as they are, exact until the last division.</summary>
    public static Moments OfIntegers(long count, ulong sum, UInt128 sumOfSquares, long least)
    {
        // Few numbers, as most rows are, need no more than 64 bits.
        ulong squares = 0;
        bool isNarrow = sumOfSquares <= ulong.MaxValue && Math.BigMul((ulong)count, (ulong)sumOfSquares, out squares) == 0;
        double deviations = isNarrow ? squares - (sum * sum) : (double)(((UInt128)count * sumOfSquares) - ((UInt128)sum * sum));
        return new(count, (long)sum + (least * count), count == 0 ? 0 : deviations / count);
    }

    /// <summary>Joins single numbers, one after the other: as <see cref="Join"/> does, division for division.</summary>
    /// <param name="deviations">What each deviates from its own mean, squared: 0, or NaN where it is not finite.</param>
    public Moments JoinEach(ReadOnlySpan<double> numbers, ReadOnlySpan<double> deviations)
    {
        (double count, double sum, double squared) = (Count, Sum, SquaredDeviations);
        for (int i = 0; i < numbers.Length; i++)
        {
            double number = numbers[i];
            if (count == 0)
            {
                (count, sum, squared) = (1, number, deviations[i]);
                continue;
            }

            double difference = number - (sum / count);
            double between = difference * difference * count / (count + 1);
            sum += number;
            squared = squared + deviations[i] + between;
            count++;
        }

        return new((long)count, sum, squared);
    }

    public Moments Join(Moments other)
    {
        if (Count == 0 || other.Count == 0)
        {
            return Count == 0 ? other : this;
        }

        long count = Count + other.Count;
        double difference = other.Mean - Mean;
        double between = difference * difference * Count / count * other.Count;
        return new(count, Sum + other.Sum, SquaredDeviations + other.SquaredDeviations + between);
    }
}
