"""Makes datasets and views of them from a seed, and what a naive NumPy implementation says that each view is.

Writes d_*.npy into the folder and prints lines "expression<TAB>rows".
"""

import os
import random
import sys
from fractions import Fraction

import numpy as np

import views_v1

folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = random.Random(seed)
n = rng.choice([1, 2, 7, 64, 300, 513, 1000])
arrays = {}


def make(dtype, values, shape=None):
    a = np.array(values).astype(dtype)
    return a.reshape(shape) if shape else a


arrays["x"] = make("u1", [rng.randrange(256) for _ in range(n * 6)], (n, 2, 3))
arrays["y"] = make("i8", [rng.randrange(4) for _ in range(n)])
arrays["u1"] = make("u1", [rng.randrange(256) for _ in range(n)])
arrays["i1"] = make("i1", [rng.randrange(-128, 128) for _ in range(n)], (n, 1))
arrays["u2"] = make(">u2", [rng.randrange(1 << 16) for _ in range(n)], (n, 1, 1, 1))
arrays["i4"] = make("i4", [rng.randrange(-3, 4) for _ in range(n)])
arrays["u8"] = np.array([rng.choice([0, 1, 2**53, 2**53 + 1, 2**64 - 1]) for _ in range(n)], dtype="u8")
arrays["f2"] = make("f2", [rng.uniform(-1, 1) for _ in range(n)])
arrays["f4"] = make("f4", [rng.choice([0.1, 0.2, 0.3, -0.0, 0.0, np.nan, np.inf, 0.1 + 1e-9]) for _ in range(n)])
arrays["f8"] = make("f8", [rng.choice([0.1, 0.5, 1e300, -np.inf, np.nan]) for _ in range(n)])
arrays["b"] = make("?", [rng.random() < 0.4 for _ in range(n)])
for name, a in arrays.items():
    np.save(os.path.join(folder, "d_%s.npy" % name if name == "x" else "%s.npy" % name), a)

scalars = [name for name in arrays if name != "x"]
flat = {name: arrays[name].reshape(n) for name in scalars}


def constant(name):
    a = flat[name]
    pick = rng.randrange(4)
    if a.dtype.kind == "f":
        return repr(float(rng.choice([0.1, 0.2, 0.30000001, 0, -0.5, 1e300]))) if pick else "1"
    if pick == 0:
        return rng.choice(["300", "-5", "1.5", "99999999999999999999", "-1e40", "0.0", "2.000", "-1e+3", ".5e+1"])
    value = str(int(rng.choice(list(a))))
    if pick == 1:
        return rng.choice([value + ".0", value + "0e-1", "%s.%se+%d" % (value[:-1] or "0", value[-1], 1)])
    return value


def number(name, text):
    d = flat[name].dtype
    if d.kind == "f":
        with np.errstate(over="ignore"):
            return d.type(float(text))
    return Fraction(text)


def exact(name, op, text):
    """Integers are compared exactly; floats in their own dtype."""
    a, c = flat[name], number(name, text)
    ops = {
        "==": lambda v: v == c, "!=": lambda v: v != c, "<": lambda v: v < c,
        "<=": lambda v: v <= c, ">": lambda v: v > c, ">=": lambda v: v >= c,
    }
    if a.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            return ops[op](a)
    return np.array([bool(ops[op](int(v))) for v in a], dtype=bool)


def condition(depth):
    kind = rng.randrange(6) if depth < 4 else 5
    if kind == 0:
        parts = [condition(depth + 1) for _ in range(rng.randrange(2, 4))]
        return " and ".join("(%s)" % t for t, _ in parts), np.logical_and.reduce([m for _, m in parts])
    if kind == 1:
        parts = [condition(depth + 1) for _ in range(rng.randrange(2, 4))]
        return " or ".join("(%s)" % t for t, _ in parts), np.logical_or.reduce([m for _, m in parts])
    if kind == 2:
        text, mask = condition(depth + 1)
        return "not (%s)" % text, ~mask
    name = rng.choice(scalars)
    if kind == 3:
        texts = [constant(name) for _ in range(rng.randrange(0, 5))]
        mask = np.zeros(n, bool)
        for t in texts:
            mask |= exact(name, "==", t)
        negated = rng.random() < 0.5
        brackets = rng.choice(["()", "[]"])
        return "%s %sin %s%s%s" % (name, "not " if negated else "", brackets[0], ",".join(texts), brackets[1]), mask != negated
    op = rng.choice(["==", "!=", "<", "<=", ">", ">="])
    text = constant(name)
    mask = exact(name, op, text)
    if kind == 4:
        mirror = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        return "%s%s%s" % (text, mirror.get(op, op), name), mask
    return "%s %s %s" % (name, op, text), mask


def classes_of(name, rows):
    values = flat[name][rows]
    distinct = np.unique(values)  # sorted, NaN last and one
    return [int(np.searchsorted(distinct, v)) if v == v else len(distinct) - 1 for v in values]


def operation(rows):
    kind = rng.randrange(6)
    by = rng.choice([None, None, "y", "b", "i4", "f4", "u8", "u2", "f2"])
    with_by = "" if by is None else "by=%s," % by
    m = len(rows)
    classes = None if by is None else classes_of(by, rows)
    if kind == 0:
        start, stop = [rng.choice([None, rng.randrange(-m - 3, m + 4)]) for _ in range(2)]
        step = rng.choice([None, 1, 2, 7])
        text = "slice(%s:%s%s)" % ("" if start is None else start, "" if stop is None else stop, "" if step is None else ":%d" % step)
        return text, rows[slice(start, stop, step)]
    s = rng.choice([0, 7, 2**64 - 1])
    if kind == 1:
        parts = rng.choice([["0.8", "0.1", "0.1"], ["1"], ["0.5", "0.5"], ["0.7", "0.15", "0.15"], ["0.3", "0", "0.3", "0.4"], ["0.125"] * 8])
        take = rng.randrange(len(parts))
        chosen = views_v1.split(m, classes, s, parts, take)
        return "split(%sparts=%s,seed=%d,take=%d)" % (with_by, ":".join(parts), s, take), rows[chosen]
    if kind == 2:
        k = rng.choice([2, 3, 5, 10])
        fold, take = rng.randrange(k), rng.choice(["train", "test"])
        chosen = views_v1.kfold(m, classes, s, k, fold, take)
        return "kfold(take=%s,k=%d,%sseed=%d,fold=%d)" % (take, k, with_by, s, fold), rows[chosen]
    if kind == 3:
        count = rng.randrange(m + 1)
        return "sample(n=%d,%sseed=%d)" % (count, with_by, s), rows[views_v1.sample(m, classes, s, count)]
    if kind == 4:
        name = rng.choice(scalars)
        seen, kept = set(), []
        for r in rows:
            value = flat[name][r : r + 1].tobytes()
            if value not in seen:
                kept.append(r)
                seen.add(value)
        return "unique(%s)" % name, np.array(kept, dtype=np.int64)
    text, mask = condition(0)
    return "where(%s)" % text, rows[mask[rows]]


for _ in range(count):
    rows = np.arange(n)
    texts = []
    for _ in range(rng.randrange(1, 5)):
        text, rows = operation(rows)
        rows = np.asarray(rows, dtype=np.int64)
        texts.append(text)
    print("%s\t%s" % ("|".join(texts), ",".join(str(r) for r in rows)))
