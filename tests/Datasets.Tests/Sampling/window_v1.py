"""window.v1 written anew from its description (WindowPermutation.cs), the slow way: every window as a list.

Reads lines "seed epoch n chunk_rows window position" from standard input and prints the row of each. Needs `row` of perm_v1.py.
"""

import sys


def order(seed, epoch, n, c, w):
    count = -(-n // c)
    chunks = [row(seed, epoch, count, "window.chunks", place) for place in range(count)]
    rows = []
    for k in range(0, count, w):
        window = [r for chunk in chunks[k:k + w] for r in range(chunk * c, min(n, (chunk + 1) * c))]
        rows += [window[row(seed, epoch, len(window), f"window.rows {k // w}", q)] for q in range(len(window))]
    return rows


known = {}
for line in sys.stdin:
    *key, position = map(int, line.split())
    if tuple(key) not in known:
        known[tuple(key)] = order(*key)
    print(known[tuple(key)][position])
