"""perm.v1 written anew from its description (Permutation.cs), to show that the description suffices and the vectors are right.

Reads lines "seed epoch n purpose position" from standard input and prints the row of each.
"""

import hashlib
import struct
import sys

M = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
    return z ^ (z >> 31)


def keys(seed, epoch, n, purpose):
    text = b"microtome.perm.v1\0" + purpose.encode() + b"\0" + struct.pack("<QQQ", seed, epoch, n)
    s = struct.unpack("<4Q", hashlib.sha256(text).digest())
    return [mix((s[i % 4] + (i + 1) * 0x9E3779B97F4A7C15) & M) for i in range(12)]


def row(seed, epoch, n, purpose, position):
    bits = max(8, (n - 1).bit_length())
    low_bits = bits - bits // 2
    high_mask, low_mask = (1 << bits // 2) - 1, (1 << low_bits) - 1
    k = keys(seed, epoch, n, purpose)
    value = position
    while True:
        high, low = value >> low_bits, value & low_mask
        for i in range(0, 12, 2):
            high ^= mix((low + k[i]) & M) & high_mask
            low ^= mix((high + k[i + 1]) & M) & low_mask
        value = high << low_bits | low
        if value < n:
            return value


if __name__ == "__main__":
    for line in sys.stdin:
        seed, epoch, n, purpose, position = line.split()
        print(row(int(seed), int(epoch), int(n), purpose, int(position)))
