using System.Runtime.InteropServices;

namespace Microtome.Hdf5.Filters;

/// <summary>Bytes that are the system's, not the garbage collector's: exactly as many as are asked for, given back when it is disposed.</summary>
internal sealed unsafe class SystemMemory : SafeHandle
{
    public SystemMemory(int length)
        : base(0, ownsHandle: true)
    {
        Length = length;
        SetHandle((nint)NativeMemory.Alloc((nuint)length));
    }

    public int Length { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Not to be used once it is disposed.</summary>
    public Span<byte> Span => new((void*)handle, Length);

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }
}
