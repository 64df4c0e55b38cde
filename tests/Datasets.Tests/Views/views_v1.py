"""split.v1, kfold.v1 and sample.v1 written anew from their descriptions, to show that these suffice and the vectors are right.

Reads lines "operation n classes seed arguments…" from standard input and prints the chosen positions of each. `classes` is
`-` for none, or the class of each of the n rows as one digit: rows of equal digits share a class, digits in value order.
"""

import os
import sys
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Sampling"))
import perm_v1


def shuffled(n, seed, purpose):
    return [perm_v1.row(seed, 0, n, purpose, p) for p in range(n)]


def deal(counts, shares):
    """How many rows of each class each part gets: floors, then leftovers to those furthest behind."""
    dealt = [0] * len(shares)
    rows = 0
    for count in counts:
        rows += count
        exact = [count * share for share in shares]
        sizes = [int(e) for e in exact]
        open_parts = [j for j, e in enumerate(exact) if e != int(e)]
        for _ in range(count - sum(sizes)):
            furthest = max(open_parts, key=lambda j: (rows * shares[j] - dealt[j] - sizes[j], -j))
            sizes[furthest] += 1
            open_parts.remove(furthest)
        dealt = [d + s for d, s in zip(dealt, sizes)]
        yield sizes


def by_class(order, classes):
    """The shuffled rows of each class, classes in value order."""
    return [[r for r in order if classes[r] == c] for c in sorted(set(classes))]


def split(n, classes, seed, shares, take):
    shares = [Fraction(s) for s in shares]
    groups = by_class(shuffled(n, seed, "split"), classes or [0] * n)
    chosen = []
    for group, sizes in zip(groups, deal([len(g) for g in groups], shares)):
        start = sum(sizes[:take])
        chosen += group[start : start + sizes[take]]
    return sorted(chosen)


def kfold(n, classes, seed, k, fold, take):
    dealt = sum(by_class(shuffled(n, seed, "kfold"), classes or [0] * n), [])
    return sorted(r for i, r in enumerate(dealt) if (i % k == fold) == (take == "test"))


def sample(n, classes, seed, count):
    if n == 0:
        return []
    groups = by_class(shuffled(n, seed, "sample"), classes or [0] * n)
    shares = [Fraction(count, n), Fraction(n - count, n)]
    return sorted(sum((g[: s[0]] for g, s in zip(groups, deal([len(g) for g in groups], shares))), []))


def run(line):
    operation, n, classes, seed, *rest = line.split()
    n, seed = int(n), int(seed)
    classes = None if classes == "-" else [int(c) for c in classes]
    if operation == "split":
        return split(n, classes, seed, rest[0].split(":"), int(rest[1]))
    if operation == "kfold":
        return kfold(n, classes, seed, int(rest[0]), int(rest[1]), rest[2])
    return sample(n, classes, seed, int(rest[0]))


if __name__ == "__main__":
    for text in sys.stdin:
        print(",".join(str(r) for r in run(text)))
