namespace Microtome.Datasets.Transforms;

/// <summary>A pass over one row. Immutable and safe for concurrent use: what it needs meanwhile is lent to it.</summary>
/// <param name="outputBytes">Bytes of a row as it leaves the stage.</param>
internal abstract class Stage(long outputBytes)
{
    public long OutputBytes { get; } = outputBytes;

    /// <summary>Bytes of scratch that <see cref="Run"/> needs.</summary>
    public abstract long ScratchBytes { get; }

    /// <param name="row">One whole row.</param>
    /// <param name="output">The row as it leaves; no byte of it is read before it is written.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>, of any content.</param>
    public abstract void Run(ReadOnlySpan<byte> row, Span<byte> output, Span<byte> scratch);
}
