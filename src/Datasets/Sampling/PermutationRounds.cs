using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Microtome.Datasets.Sampling;

/// <summary>The arithmetic of <see cref="Permutation"/> (perm.v1), as a value: who needs a permutation for some rows only allocates nothing.</summary>
internal readonly struct PermutationRounds
{
    private const int Rounds = 12;
    private const int MinBits = 8;

    /// <summary>Values that are walked together.</summary>
    private const int BlockLength = 256;

    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly Keys _keys;
    private readonly ulong _length;
    private readonly int _lowBits;
    private readonly ulong _highMask;
    private readonly ulong _lowMask;

    /// <param name="length">How many rows, at most 2^62.</param>
    /// <param name="seed">Any.</param>
    /// <param name="epoch">Any.</param>
    /// <param name="purpose">At most 40 ASCII characters.</param>
    public PermutationRounds(long length, ulong seed, ulong epoch, ReadOnlySpan<char> purpose)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 1L << 62);
        int bits = Math.Max(MinBits, length < 2 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)length - 1));
        _length = (ulong)length;
        _lowBits = bits - (bits / 2);
        _lowMask = (1UL << _lowBits) - 1;
        _highMask = (1UL << (bits / 2)) - 1;
        DeriveKeys(_keys, seed, epoch, _length, purpose);
    }

    public long this[long position]
    {
        get
        {
            ulong value = (ulong)position;
            do
            {
                value = Encrypt(value);
            }
            while (value >= _length);

            return (long)value;
        }
    }

    /// <summary>The same rows as one by one, several times as fast: four values at a time keep the processor's multipliers busy.</summary>
    public void CopyTo(long start, Span<long> rows)
    {
        for (int length; !rows.IsEmpty; rows = rows[length..], start += length)
        {
            length = Math.Min(rows.Length, BlockLength);
            CopyBlock((ulong)start, MemoryMarshal.Cast<long, ulong>(rows[..length]));
        }
    }

    /// <summary>The position at which a row in [0, Length) comes.</summary>
    public long PositionOf(long row)
    {
        ulong value = (ulong)row;
        do
        {
            value = Decrypt(value);
        }
        while (value >= _length);

        return (long)value;
    }

    /// <summary>All go through the rounds, then again and again those that are not below n yet.</summary>
    private void CopyBlock(ulong start, Span<ulong> values)
    {
        Span<int> walking = stackalloc int[BlockLength];
        walking = walking[..values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = start + (ulong)i;
            walking[i] = i;
        }

        while (!walking.IsEmpty)
        {
            int at = 0;
            for (; at + 4 <= walking.Length; at += 4)
            {
                EncryptFour(ref values[walking[at]], ref values[walking[at + 1]], ref values[walking[at + 2]], ref values[walking[at + 3]]);
            }

            for (; at < walking.Length; at++)
            {
                values[walking[at]] = Encrypt(values[walking[at]]);
            }

            int left = 0;
            foreach (int i in walking)
            {
                if (values[i] >= _length)
                {
                    walking[left++] = i;
                }
            }

            walking = walking[..left];
        }
    }

    private static void DeriveKeys(Span<ulong> keys, ulong seed, ulong epoch, ulong length, ReadOnlySpan<char> purpose)
    {
        ReadOnlySpan<byte> name = "microtome.perm.v1\0"u8;
        Span<byte> message = stackalloc byte[name.Length + Encoding.UTF8.GetByteCount(purpose) + 1 + (3 * sizeof(ulong))];
        name.CopyTo(message);
        Span<byte> numbers = message[(name.Length + Encoding.UTF8.GetBytes(purpose, message[name.Length..]) + 1)..];
        message[^(numbers.Length + 1)] = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(numbers, seed);
        BinaryPrimitives.WriteUInt64LittleEndian(numbers[8..], epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(numbers[16..], length);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(message, digest);
        for (int i = 0; i < Rounds; i++)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(digest[(i % 4 * 8)..]);
            keys[i] = Mix(word + ((ulong)(i + 1) * Golden));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private ulong Encrypt(ulong value)
    {
        ReadOnlySpan<ulong> keys = _keys;
        ulong high = value >> _lowBits;
        ulong low = value & _lowMask;
        for (int i = 0; i < Rounds; i += 2)
        {
            high ^= Mix(low + keys[i]) & _highMask;
            low ^= Mix(high + keys[i + 1]) & _lowMask;
        }

        return (high << _lowBits) | low;
    }

    /// <summary><see cref="Encrypt"/> of four: none waits for another's round.</summary>
    private void EncryptFour(ref ulong first, ref ulong second, ref ulong third, ref ulong fourth)
    {
        ReadOnlySpan<ulong> keys = _keys;
        (int lowBits, ulong highMask, ulong lowMask) = (_lowBits, _highMask, _lowMask);
        (ulong high0, ulong high1, ulong high2, ulong high3) = (first >> lowBits, second >> lowBits, third >> lowBits, fourth >> lowBits);
        (ulong low0, ulong low1, ulong low2, ulong low3) = (first & lowMask, second & lowMask, third & lowMask, fourth & lowMask);
        for (int i = 0; i < Rounds; i += 2)
        {
            ulong key = keys[i];
            high0 ^= Mix(low0 + key) & highMask;
            high1 ^= Mix(low1 + key) & highMask;
            high2 ^= Mix(low2 + key) & highMask;
            high3 ^= Mix(low3 + key) & highMask;
            key = keys[i + 1];
            low0 ^= Mix(high0 + key) & lowMask;
            low1 ^= Mix(high1 + key) & lowMask;
            low2 ^= Mix(high2 + key) & lowMask;
            low3 ^= Mix(high3 + key) & lowMask;
        }

        first = (high0 << lowBits) | low0;
        second = (high1 << lowBits) | low1;
        third = (high2 << lowBits) | low2;
        fourth = (high3 << lowBits) | low3;
    }

    private ulong Decrypt(ulong value)
    {
        ReadOnlySpan<ulong> keys = _keys;
        ulong high = value >> _lowBits;
        ulong low = value & _lowMask;
        for (int i = Rounds - 2; i >= 0; i -= 2)
        {
            low ^= Mix(high + keys[i + 1]) & _lowMask;
            high ^= Mix(low + keys[i]) & _highMask;
        }

        return (high << _lowBits) | low;
    }

    [InlineArray(Rounds)]
    private struct Keys
    {
        private ulong _first;
    }
}
