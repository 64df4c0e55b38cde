"""Writes HDF5 files with a dataset for every cell that h5py can write, and beside them what h5py reads from each.

Usage: cells.py FOLDER. FOLDER gets earliest.h5, latest.h5, expected.bin (native, little-endian, C order, one array after the other)
and cells.txt (file, path, dtype, shape, offset in expected.bin, length, layout, index), one line a cell, separated by tabs.
"""
import itertools
import os
import sys
import zlib

import h5py
import numpy as np

folder = sys.argv[1]
random = np.random.default_rng(20240607)
expected = open(os.path.join(folder, "expected.bin"), "wb")
lines = []

SHAPES = {1: (37,), 2: (13, 11), 3: (7, 6, 5), 4: (5, 4, 3, 6)}
CHUNKS = {1: (5,), 2: (4, 3), 3: (3, 2, 2), 4: (2, 3, 2, 2)}
FILTERS = {
    "none": {},
    "gzip": {"compression": "gzip", "compression_opts": 1},
    "shuffle-gzip": {"shuffle": True, "compression": "gzip"},
    "lzf": {"compression": "lzf"},
    "shuffle-lzf-fletcher": {"shuffle": True, "compression": "lzf", "fletcher32": True},
    "fletcher": {"fletcher32": True},
    "shuffle": {"shuffle": True},
}
ENUM = h5py.enum_dtype({"A": 0, "B": 1, "C": 7}, basetype="<i2")
DTYPES = ["|u1", "|i1", "<u2", ">i2", "<i4", ">u4", "<i8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "?", "<c8", ">c16", "enum",
          "array", "compound"]


def values(dtype, shape):
    if dtype == "?":
        return random.integers(0, 2, shape).astype(bool)
    if dtype == "enum":
        return random.choice([0, 1, 7], shape).astype("<i2")
    if dtype == "array":
        return random.integers(-99, 99, shape + (2, 3)).astype(">i4")
    if dtype == "compound":
        made = np.zeros(shape, np.dtype([("pad", "u1"), ("x", ">f4"), ("label", "S3"), ("y", "<i8", (2,))]))
        made["x"], made["y"] = random.normal(size=shape), random.integers(-9, 9, shape + (2,))
        return made
    kind = np.dtype(dtype)
    if kind.kind in "ui":
        limits = np.iinfo(kind)
        return random.integers(limits.min, limits.max, shape, dtype=kind.newbyteorder("="), endpoint=True).astype(kind)
    if kind.kind == "c":
        return (random.normal(size=shape) + 1j * random.normal(size=shape)).astype(kind)
    return random.normal(size=shape).astype(kind)


def stored_type(dtype):
    return {"enum": ENUM, "array": np.dtype((">i4", (2, 3))), "compound": values("compound", ()).dtype}.get(dtype, dtype)


def native(array):
    return np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")


def record(file, path, array):
    array = native(array)
    data = array.tobytes()
    shape = ",".join(str(n) for n in array.shape)
    lines.append("\t".join([file, path, array.dtype.str.replace("=", "<"), shape, str(expected.tell()), str(len(data))]))
    expected.write(data)


def note(file, dataset):
    if dataset.dtype.names:
        record(file, dataset.name + ".x", dataset[()]["x"])
        record(file, dataset.name + ".y", dataset[()]["y"])
    else:
        record(file, dataset.name, dataset[()])


def grown(shape, how):
    return {
        "same": shape,
        "single": shape,
        "larger": tuple(n + 7 for n in shape),
        "unlimited-first": (None,) + shape[1:],
        "unlimited-last": tuple(n + 3 for n in shape[:-1]) + (None,),
        "unlimited-all": tuple(None for _ in shape),
    }[how]


def write(dataset, data, part):
    if part == "all":
        dataset[...] = data
    elif part == "some":
        box = tuple(slice(n // 3, n // 3 + max(1, n // 2)) for n in dataset.shape)
        dataset[box] = data[box]


def chunked(out, name, number, rank, dtype, filters, how):
    shape = SHAPES[rank]
    options = dict(FILTERS[filters])
    part = ["all", "some", "all", "nothing"][number % 4] if number % 16 else "nothing"
    fill = None
    if number % 3 == 1 and np.dtype(stored_type(dtype)).kind in "uif" and dtype != "array":
        fill = 3
    dataset = out.create_dataset(name, shape, stored_type(dtype), chunks=shape if how == "single" else CHUNKS[rank], maxshape=grown(shape, how),
                                 fillvalue=fill, **options)
    write(dataset, values(dtype, shape), part)
    return dataset


def low_level(out, name, dtype, shape, layout=None, chunk=None, early=False, nbit=False, fill_never=False):
    out.require_group(os.path.dirname(name) or "/")
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if layout is not None:
        creation.set_layout(layout)
    if chunk:
        creation.set_chunk(chunk)
    if early:
        creation.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    if fill_never:
        creation.set_fill_value(np.array(5, dtype))
        creation.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    if nbit:
        creation.set_filter(h5py.h5z.FILTER_NBIT)
    space = h5py.h5s.create_simple(shape)
    kind = dtype if isinstance(dtype, h5py.h5t.TypeID) else h5py.h5t.py_create(np.dtype(dtype), logical=True)
    return h5py.Dataset(h5py.h5d.create(out.id, name.encode(), kind, space, creation))


def cross(file, out):
    number = itertools.count()
    hows = ["same", "single", "larger", "unlimited-first", "unlimited-last", "unlimited-all"]
    for rank in SHAPES:
        for dtype in DTYPES:
            for layout in ("contiguous", "compact", "empty"):
                path = f"plain/{layout}/{rank}/{dtype.strip('<>|?') or 'bool'}{'-be' if dtype[0] == '>' else ''}"
                if layout == "compact":
                    kind = stored_type(dtype)
                    dataset = low_level(out, path, kind, SHAPES[rank], h5py.h5d.COMPACT) if dtype != "array" else None
                    if dataset is None:
                        continue
                else:
                    dataset = out.create_dataset(path, SHAPES[rank], stored_type(dtype))
                if layout != "empty":
                    dataset[...] = values(dtype, SHAPES[rank])
                note(file, dataset)
        for how in hows:
            for filters, dtype in itertools.product(FILTERS, DTYPES):
                n = next(number)
                note(file, chunked(out, f"chunked/{how}/{rank}/{n}", n, rank, dtype, filters, how))


def special(file, out):
    # Early allocation without filters: the implicit index (in the newer format).
    for rank, dtype in itertools.product(SHAPES, ("<i4", ">f8", "|u1")):
        dataset = low_level(out, f"implicit/{rank}/{dtype[1:]}", dtype, SHAPES[rank], chunk=CHUNKS[rank], early=True)
        write(dataset, values(dtype, SHAPES[rank]), "some" if rank % 2 else "all")
        note(file, dataset)
    # More chunks than a fixed array's page, and data blocks of an extensible array with super blocks.
    for how, filters in itertools.product(("larger", "unlimited-first", "unlimited-all"), ("none", "gzip")):
        shape = (3000, 2)
        dataset = out.create_dataset(f"many/{how}/{filters}", shape, "<i2", chunks=(1, 2), maxshape=grown(shape, how), **FILTERS[filters])
        dataset[1100:2900] = values("<i2", (1800, 2))
        note(file, dataset)
    # Datasets that became smaller than they were, and larger.
    for how, filters in itertools.product(("unlimited-first", "unlimited-all"), ("none", "gzip")):
        dataset = out.create_dataset(f"resized/{how}/{filters}", (20, 9), "<i4", chunks=(4, 4), maxshape=grown((20, 9), how), fillvalue=-1, **FILTERS[filters])
        dataset[...] = values("<i4", (20, 9))
        dataset.resize((11, 9))
        if how == "unlimited-all":
            dataset.resize((11, 5))
            dataset.resize((14, 30))
        note(file, dataset)
    # Filters skipped for some chunks: the mask says which.
    for mask in (1, 2, 3):
        dataset = out.create_dataset(f"masked/{mask}", (24,), "<i4", chunks=(8,), shuffle=True, compression="gzip")
        plain = np.arange(100, 108, dtype="<i4").tobytes()
        shuffled = np.frombuffer(plain, "u1").reshape(8, 4).T.tobytes()
        stored = {1: zlib.compress(plain), 2: shuffled, 3: plain}[mask]
        dataset.id.write_direct_chunk((8,), stored, filter_mask=mask)
        # Noted once the file is closed: libhdf5 forgets the mask of a chunk that it has just been given.
    # Scale-offset and n-bit.
    for dtype in ("|u1", "<i2", ">i4", "<u4", "<i8"):
        dataset = out.create_dataset(f"scaleoffset/{dtype[1:]}", (40, 5), dtype, chunks=(7, 5), scaleoffset=0)
        dataset[...] = random.integers(3, 90, (40, 5))
        note(file, dataset)
        dataset = low_level(out, f"nbit/{dtype[1:]}", dtype, (40, 5), chunk=(7, 5), nbit=True)
        dataset[...] = random.integers(3, 90, (40, 5))
        note(file, dataset)
    for dtype in ("<f4", "<f8"):
        dataset = out.create_dataset(f"scaleoffset/{dtype[1:]}", (40, 5), dtype, chunks=(7, 5), scaleoffset=3)
        dataset[...] = random.normal(size=(40, 5))
        # Noted once the file is closed: until then libhdf5 answers from its cache, with more digits than it has written.
    # A fill value that is never written is not read either.
    dataset = low_level(out, "never/contiguous", "<i4", (6,), fill_never=True)
    note(file, dataset)
    dataset = low_level(out, "never/chunked", "<i4", (6,), chunk=(2,), fill_never=True)
    dataset[2:4] = [8, 9]
    note(file, dataset)
    for shape in ((), (0,), (4, 0, 3)):
        dataset = out.create_dataset(f"few/{len(shape)}", shape, ">i4", data=np.full(shape, 77, ">i4"))
        note(file, dataset)
    note(file, out.create_dataset("few/chunked", (0, 3), "<f4", chunks=(2, 3), maxshape=(None, 3)))
    odd_numbers(file, out)


def odd_numbers(file, out):
    raw = random.integers(0, 256, 64 * 8).astype("u1")
    for size, bits, at, signed, big in ((4, 20, 3, True, False), (2, 11, 5, False, True), (8, 40, 1, True, True), (1, 5, 2, True, False)):
        kind = h5py.h5t.STD_I32LE.copy()
        kind.set_size(size)
        kind.set_order(h5py.h5t.ORDER_BE if big else h5py.h5t.ORDER_LE)
        kind.set_precision(bits)
        kind.set_offset(at)
        kind.set_sign(h5py.h5t.SGN_2 if signed else h5py.h5t.SGN_NONE)
        kind.set_pad(h5py.h5t.PAD_ZERO, h5py.h5t.PAD_ZERO)
        numbers(file, out, f"odd/i{size}-{bits}", kind, raw, f"<{'i' if signed else 'u'}{size}")
    for size, native_type in ((3, "<i4"), (6, "<i8")):
        kind = h5py.h5t.STD_I64LE.copy()
        kind.set_precision(8 * size)
        kind.set_size(size)
        numbers(file, out, f"odd/i{size}", kind, raw, native_type)
    kind = h5py.h5t.IEEE_F32LE.copy()
    kind.set_fields(15, 7, 8, 0, 7)
    kind.set_size(2)
    kind.set_ebias(127)
    special_values = np.array([0, 0x8000, 0x7F80, 0xFF80, 0x7FC0, 0xFFC1, 1, 0x807F, 0x0080, 0x3F80], "<u2").view("u1")
    numbers(file, out, "odd/bfloat16", kind, np.concatenate([special_values, raw]), "<f4")
    kind.set_order(h5py.h5t.ORDER_BE)
    numbers(file, out, "odd/bfloat16-be", kind, raw, "<f4")
    kind = h5py.h5t.IEEE_F16LE.copy()
    kind.set_fields(7, 3, 4, 0, 3)
    kind.set_size(1)
    kind.set_ebias(7)
    numbers(file, out, "odd/float8", kind, np.arange(256, dtype="u1"), "<f2")
    kind = h5py.h5t.IEEE_F32LE.copy()
    kind.set_size(8)
    numbers(file, out, "odd/f4-in-8", kind, raw[:64 * 8].reshape(-1, 8), "<f8")


def numbers(file, out, path, kind, raw, native_type):
    raw = np.ascontiguousarray(raw).reshape(-1)
    count = raw.size // kind.get_size()
    raw = raw[:count * kind.get_size()].copy()
    dataset = low_level(out, path, kind, (count,))
    dataset.id.write(h5py.h5s.ALL, h5py.h5s.ALL, raw, kind)
    made = np.zeros(count, native_type)
    dataset.id.read(h5py.h5s.ALL, h5py.h5s.ALL, made, h5py.h5t.py_create(made.dtype))
    record(file, "/" + path, made)


for version in ("earliest", "latest"):
    name = version + ".h5"
    with h5py.File(os.path.join(folder, name), "w", libver=version) as out:
        cross(name, out)
        special(name, out)
    with h5py.File(os.path.join(folder, name), "r") as done:
        for mask in (1, 2, 3):
            assert (done[f"masked/{mask}"][8:16] == np.arange(100, 108)).all()
            note(name, done[f"masked/{mask}"])
        for dtype in ("f4", "f8"):
            note(name, done[f"scaleoffset/{dtype}"])

expected.close()
with open(os.path.join(folder, "cells.txt"), "w") as listing:
    listing.write("\n".join(lines))
