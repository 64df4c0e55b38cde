namespace Microtome.Datasets.Sampling;

/// <summary>What becomes of an epoch's short last batch: left out, kept short, or filled up from the start of the order.</summary>
public enum Tail
{
    Drop,
    Keep,
    Pad,
}
