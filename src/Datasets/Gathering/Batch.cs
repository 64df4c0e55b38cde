using System.Runtime.CompilerServices;

namespace Microtome.Datasets.Gathering;

/// <summary>What one answer holds: arrays in the order asked. <c>IsBare</c> where it is one array without a name around it (a slice).</summary>
public sealed record Batch(IReadOnlyList<BatchArray> Arrays, bool IsBare = false)
{
    /// <summary>The most that the arrays of one answer keep of what they read before it begins: a piece of the largest rows fits.</summary>
    private const int MostKeptBytes = RowSlice.MaxPieceBytes;

    /// <summary>How many pictures stand in a row of a contact sheet, where that was asked.</summary>
    public int? SheetColumns { get; init; }

    /// <summary>Whether any array is changed on the way: then its size is bounded like a picture's or a table's.</summary>
    public bool IsTransformed { get; init; }

    /// <summary>Whether nothing is left to decode, compute or wait for, as far as is known.</summary>
    public bool IsAtHand
    {
        get
        {
            bool isAtHand = !IsTransformed;
            for (int i = 0; isAtHand && i < Arrays.Count; i++)
            {
                isAtHand = Arrays[i].IsAtHand;
            }

            return isAtHand;
        }
    }

    /// <summary>Shared with the batches whose arrays have the same names, dtypes and shapes.</summary>
    internal BatchForm Form { get => field ??= new(0); init; }

    /// <summary>Bytes of all arrays together.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (BatchArray array in Arrays)
            {
                bytes = checked(bytes + array.Bytes);
            }

            return bytes;
        }
    }

    /// <summary>Waits until the first bytes of every array are at hand; see <see cref="BatchArray.PrepareAsync"/>.</summary>
    /// <exception cref="Microtome.Datasets.Arrays.ArrayReadException">The bytes cannot be had.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask PrepareAsync(ReadAdmission reads, CancellationToken cancellationToken)
    {
        int room = MostKeptBytes;
        for (int i = 0; i < Arrays.Count; i++)
        {
            room -= await Arrays[i].PrepareAsync(room, reads, cancellationToken);
        }
    }
}
