using System.Buffers.Binary;

namespace Microtome.Api.Tests;

/// <summary>A frame of a stream, read as the contract's section 6 says.</summary>
internal sealed record Frame(byte Kind, long Step, byte[] Payload)
{
    public const int HeaderBytes = 24;

    /// <summary>All whole frames at the start of these bytes.</summary>
    public static List<Frame> ReadAll(ReadOnlySpan<byte> bytes)
    {
        List<Frame> frames = [];
        while (bytes.Length >= HeaderBytes)
        {
            Assert.Equal("MTF1"u8, bytes[..4]);
            Assert.Equal([0, 0, 0], bytes[5..8].ToArray());
            long length = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
            if (bytes.Length - HeaderBytes < length)
            {
                break;
            }

            frames.Add(new(bytes[4], BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), bytes.Slice(HeaderBytes, (int)length).ToArray()));
            bytes = bytes[(HeaderBytes + (int)length)..];
        }

        return frames;
    }
}
