using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Microtome.Datasets.Sending;

/// <summary>Where a piece of an answer lies in memory (Linux's <c>struct iovec</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IoVector
{
    public nint Address;
    public nint Length;
}

/// <summary>What became of a <see cref="VectoredSend"/>.</summary>
internal enum SendOutcome
{
    Sent,

    /// <summary>The system's buffer is full: the reader is slower than we are.</summary>
    WouldBlock,

    /// <summary>The memory is gone: a mapped file shrank.</summary>
    Fault,

    /// <summary>The connection is gone.</summary>
    Broken,
}

/// <summary>
/// <c>sendmsg(2)</c>, which hands many pieces of memory to a socket by one call. A page that cannot be had makes it fail (EFAULT)
/// and does not kill the process, as touching it would. 64-bit Linux only.
/// </summary>
internal static partial class VectoredSend
{
    /// <summary>The most pieces a call takes (IOV_MAX).</summary>
    public const int MaxPieces = 1024;

    private const int DoNotWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BadAddress = 14;
    private const int NoBuffers = 105;

    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Sends as much as the system takes now; never waits for the reader. It does wait for the disk, where a page is not in memory.</summary>
    public static unsafe SendOutcome Send(SafeSocketHandle socket, ReadOnlySpan<IoVector> pieces, out long sent)
    {
        sent = 0;
        fixed (IoVector* first = pieces)
        {
            MessageHeader message = new() { Pieces = (nint)first, Count = Math.Min(pieces.Length, MaxPieces) };
            while (true)
            {
                try
                {
                    nint result = SendMessage(socket, ref message, DoNotWait | NoSignal);
                    if (result >= 0)
                    {
                        sent = result;
                        return SendOutcome.Sent;
                    }
                }
                catch (ObjectDisposedException)
                {
                    return SendOutcome.Broken;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case Interrupted:
                        continue;
                    case TryAgain or NoBuffers:
                        return SendOutcome.WouldBlock;
                    case BadAddress:
                        return SendOutcome.Fault;
                    default:
                        return SendOutcome.Broken;
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeSocketHandle socket, ref MessageHeader message, int flags);

    /// <summary>Linux's <c>struct msghdr</c> on 64-bit processors.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public nint Name;
        public nint NameLength;
        public nint Pieces;
        public nint Count;
        public nint Control;
        public nint ControlLength;
        public nint Flags;
    }
}
