namespace Microtome.Datasets.Formats;

/// <summary>Which axis varies fastest in the file: the last (C) or the first (Fortran).</summary>
public enum ElementOrder
{
    C,
    Fortran,
}
