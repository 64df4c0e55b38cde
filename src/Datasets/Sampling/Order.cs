using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Microtome.Datasets.Sampling;

/// <summary>How an epoch visits a view. <c>ToString</c> is the versioned name that never changes its meaning.</summary>
public sealed record Order
{
    public static readonly Order Sequential = new("sequential", null);
    public static readonly Order Shuffle = new("perm.v1", null);

    private const string WindowName = "window.v1:";
    private readonly string _name;

    private Order(string name, int? window)
    {
        _name = name;
        Window = window;
    }

    /// <summary>Chunks of a window, where the order has windows.</summary>
    public int? Window { get; }

    /// <summary>Parses <c>sequential</c>, <c>shuffle</c>, <c>window:W</c> or a versioned name.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Order? order)
    {
        order = text switch
        {
            "sequential" => Sequential,
            "shuffle" or "perm.v1" => Shuffle,
            not null when TryParseWindow(text, out int window) => new(string.Create(CultureInfo.InvariantCulture, $"{WindowName}{window}"), window),
            _ => null,
        };
        return order is not null;
    }

    /// <summary>The view's rows as this epoch visits them. Orders with windows take more than the rows: <see cref="GroupedWindows"/>.</summary>
    /// <param name="view">The rows, in the view's order.</param>
    /// <param name="seed">Any.</param>
    /// <param name="epoch">Any.</param>
    /// <exception cref="InvalidOperationException">The order has windows.</exception>
    public IndexMap Arrange(IndexMap view, ulong seed, ulong epoch)
    {
        if (Window is not null)
        {
            throw new InvalidOperationException($"{this} goes by the chunks that rows lie in.");
        }

        return this == Sequential ? view : ComposedMap.Of(view, new Permutation(view.Length, seed, epoch, "order"));
    }

    /// <summary>
    /// How much more the number of rows of a class varies from batch to batch than under an exact shuffle, where the file is
    /// sorted by class: 1 + (B-1)/w · (C-w)/(C-1) for windows of w of C chunks; a sequential batch holds one class, so B.
    /// </summary>
    public double VarianceInflation(long rows, long chunkRows, long batchSize)
    {
        if (this == Shuffle || rows <= 1)
        {
            return 1;
        }

        double batch = Math.Min(batchSize, rows);
        double chunks = Math.Ceiling((double)rows / chunkRows);
        double window = Math.Min(Window ?? 0, chunks);
        return this == Sequential ? batch : 1 + (chunks > 1 ? (batch - 1) / window * (chunks - window) / (chunks - 1) : 0);
    }

    public override string ToString() => _name;

    private static bool TryParseWindow(string text, out int window)
    {
        window = 0;
        ReadOnlySpan<char> number = text.StartsWith("window:", StringComparison.Ordinal) ? text.AsSpan(7)
            : text.StartsWith(WindowName, StringComparison.Ordinal) ? text.AsSpan(WindowName.Length)
            : default;
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out window) && window >= 1;
    }
}
