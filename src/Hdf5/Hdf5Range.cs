namespace Microtome.Hdf5;

/// <summary>A range of one axis: <c>Count</c> indices from <c>Start</c>, <c>Step</c> (≥ 1) apart.</summary>
public readonly record struct Hdf5Range(long Start, long Count, long Step = 1)
{
    public static Hdf5Range All(long length) => new(0, length);
}
