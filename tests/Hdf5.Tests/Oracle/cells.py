"""Writes an HDF5 file with a dataset for every cell that h5py can write, and beside it what h5py reads from each.

Usage: cells.py FOLDER NAME VERSION. VERSION is that of the superblock, 0 to 3. FOLDER gets NAME.h5, NAME.bin (native, little-endian,
C order, one array after the other; texts with a NUL behind each) and NAME.txt (path, dtype, shape, offset in NAME.bin, length),
one line a cell, separated by tabs.
"""
import ctypes
import functools
import itertools
import os
import sys
import zlib

import h5py
import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t, h5z

stem = os.path.join(sys.argv[1], sys.argv[2])
superblock = int(sys.argv[3])
random = np.random.default_rng(20240607)
expected = open(stem + ".bin", "wb")
lines = []
paths = []

SHAPES = {1: (37,), 2: (13, 11), 3: (7, 6, 5), 4: (5, 4, 3, 6)}
CHUNKS = {1: (5,), 2: (4, 3), 3: (3, 2, 2), 4: (2, 3, 2, 2)}
FILTERS = {
    "none": lambda plist, dtype: None,
    "gzip": lambda plist, dtype: plist.set_deflate(1),
    "shuffle-gzip": lambda plist, dtype: (plist.set_shuffle(), plist.set_deflate(1)),
    "lzf": lambda plist, dtype: plist.set_filter(h5z.FILTER_LZF, h5z.FLAG_OPTIONAL),
    "shuffle-lzf-fletcher": lambda plist, dtype: (plist.set_shuffle(), plist.set_filter(h5z.FILTER_LZF, h5z.FLAG_OPTIONAL), plist.set_fletcher32()),
    "fletcher": lambda plist, dtype: plist.set_fletcher32(),
    "shuffle": lambda plist, dtype: plist.set_shuffle(),
    "scaleoffset": lambda plist, dtype: plist.set_scaleoffset(*((h5z.SO_FLOAT_DSCALE, 3) if dtype[1] == "f" else (h5z.SO_INT, 0))),
    "nbit": lambda plist, dtype: plist.set_filter(h5z.FILTER_NBIT),
}
ENUM = h5py.enum_dtype({"A": 0, "B": 1, "C": 7}, basetype="<i2")
DTYPES = ["|u1", "|i1", "<u2", ">i2", "<i4", ">u4", "<i8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "?", "<c8", ">c16", "enum",
          "array", "compound", "S5", "text"]
WORDS = np.array(["", "a", "word", "größer", "日本", "x" * 40], object)


def has_filter(filters, dtype):
    """libhdf5 scales integers, and floats of two sizes; it sums up no texts of variable length, nor packs their bits."""
    if filters == "scaleoffset":
        return dtype[1:2] in "uif" and dtype[1:] != "f2" and dtype[0] in "|<>"
    return dtype != "text" or not (filters == "nbit" or "fletcher" in filters)


@functools.cache
def values(dtype, shape):
    if dtype == "text":
        return random.choice(WORDS, shape)
    if dtype == "S5":
        return random.choice(np.array([b"", b"a", b"bcdef", b"x y"], "S5"), shape)
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
    return {"enum": ENUM, "array": np.dtype((">i4", (2, 3))), "compound": values("compound", ()).dtype, "text": h5py.string_dtype()}.get(dtype, dtype)


def native(array):
    return np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")


def record(path, array):
    if array.dtype.kind in "SO":
        kind, data = "text", b"".join(bytes(word) + b"\0" for word in array.ravel())
    else:
        array = native(array)
        kind, data = array.dtype.str.replace("=", "<"), array.tobytes()
    shape = ",".join(str(n) for n in array.shape)
    lines.append("\t".join([path, kind, shape, str(expected.tell()), str(len(data))]))
    expected.write(data)


def note(dataset):
    found = dataset[()]
    if dataset.dtype.names:
        record(dataset.name + ".x", found["x"])
        record(dataset.name + ".y", found["y"])
    else:
        record(dataset.name, found)


def grown(shape, how):
    return {
        "same": shape,
        "single": shape,
        "larger": tuple(n + 7 for n in shape),
        "unlimited-first": (None,) + shape[1:],
        "unlimited-last": tuple(n + 3 for n in shape[:-1]) + (None,),
        "unlimited-all": tuple(None for _ in shape),
    }[how]


def write(identifier, dtype, shape, part):
    if part == "nothing":
        return
    data = np.roll(values(dtype, shape), len(paths))  # no two neighbours hold the same
    if part == "some":
        start = tuple(n // 3 for n in shape)
        count = tuple(max(1, n // 2) for n in shape)
        space = h5s.create_simple(shape)
        space.select_hyperslab(start, count)
        identifier.write(h5s.create_simple(count), space, np.ascontiguousarray(data[tuple(slice(s, s + c) for s, c in zip(start, count))]), memory_type(dtype))
    else:
        identifier.write(h5s.ALL, h5s.ALL, data, memory_type(dtype))


@functools.cache
def memory_type(dtype):
    return h5t.py_create(np.dtype(stored_type(dtype)), logical=True)


@functools.cache
def creation(dtype, layout=None, chunk=None, filters="none", fill=None, early=False):
    plist = h5p.create(h5p.DATASET_CREATE)
    if layout is not None:
        plist.set_layout(layout)
    if chunk:
        plist.set_chunk(chunk)
        FILTERS[filters](plist, dtype)
    if fill is not None:
        plist.set_fill_value(np.array(fill, dtype))
    if early:
        plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    return plist


def cell(group, name, dtype, rank, plist, how="same", part="all"):
    space = h5s.create_simple(SHAPES[rank], tuple(h5s.UNLIMITED if n is None else n for n in grown(SHAPES[rank], how)))
    identifier = h5d.create(group.id, name.encode(), memory_type(dtype), space, plist)
    write(identifier, dtype, SHAPES[rank], part)
    paths.append(f"{group.name}/{name}")


def cross(out):
    hows = ["same", "single", "larger", "unlimited-first", "unlimited-last", "unlimited-all"]
    names = {dtype: (dtype.strip("<>|?") or "bool") + ("-be" if dtype[0] == ">" else "") for dtype in DTYPES}
    for rank, dtype in itertools.product(SHAPES, DTYPES):
        plain = out.require_group(f"plain/{rank}")
        cell(plain, names[dtype] + "-contiguous", dtype, rank, creation(dtype, h5d.CONTIGUOUS))
        cell(plain, names[dtype] + "-compact", dtype, rank, creation(dtype, h5d.COMPACT))
        cell(plain, names[dtype] + "-empty", dtype, rank, creation(dtype, h5d.CONTIGUOUS), part="nothing")
        # Allocated early and not filtered: the implicit index (in the newer format).
        for how in ("same", "larger"):
            cell(plain, f"{names[dtype]}-early-{how}", dtype, rank, creation(dtype, chunk=CHUNKS[rank], early=True), how, "some" if rank % 2 else "all")
    number = itertools.count()
    for rank, how in itertools.product(SHAPES, hows):
        group = out.create_group(f"chunked/{how}/{rank}")
        for filters, dtype in itertools.product(FILTERS, DTYPES):
            if not has_filter(filters, dtype):
                continue
            n = next(number)
            fill = 3 if n % 3 == 1 and dtype[1:2] in "uif" and dtype[0] in "|<>" else None
            plist = creation(dtype, chunk=SHAPES[rank] if how == "single" else CHUNKS[rank], filters=filters, fill=fill)
            cell(group, f"{names[dtype]}-{filters}", dtype, rank, plist, how, ["all", "some", "all", "nothing"][n % 4])


def special(out):
    # More chunks than a fixed array's page, and data blocks of an extensible array with super blocks.
    for how, filters in itertools.product(("larger", "unlimited-first", "unlimited-all"), ({}, {"compression": "gzip"})):
        shape = (3000, 2)
        dataset = out.create_dataset(f"many/{how}/{len(filters)}", shape, "<i2", chunks=(1, 2), maxshape=grown(shape, how), **filters)
        dataset[1100:2900] = values("<i2", (1800, 2))
        note(dataset)
    # Datasets that became smaller than they were, and larger.
    for how, filters in itertools.product(("unlimited-first", "unlimited-all"), ({}, {"compression": "gzip"})):
        dataset = out.create_dataset(f"resized/{how}/{len(filters)}", (20, 9), "<i4", chunks=(4, 4), maxshape=grown((20, 9), how), fillvalue=-1, **filters)
        dataset[...] = values("<i4", (20, 9))
        dataset.resize((11, 9))
        if how == "unlimited-all":
            dataset.resize((11, 5))
            dataset.resize((14, 30))
        note(dataset)
    # Filters skipped for some chunks: the mask says which.
    for mask in (1, 2, 3):
        dataset = out.create_dataset(f"masked/{mask}", (24,), "<i4", chunks=(8,), shuffle=True, compression="gzip")
        plain = np.arange(100, 108, dtype="<i4").tobytes()
        shuffled = np.frombuffer(plain, "u1").reshape(8, 4).T.tobytes()
        stored = {1: zlib.compress(plain), 2: shuffled, 3: plain}[mask]
        dataset.id.write_direct_chunk((8,), stored, filter_mask=mask)
    # Scale-offset and n-bit.
    for dtype in ("|u1", "<i2", ">i4", "<u4", "<i8"):
        dataset = out.create_dataset(f"scaleoffset/{dtype[1:]}", (40, 5), dtype, chunks=(7, 5), scaleoffset=0)
        dataset[...] = random.integers(3, 90, (40, 5))
        paths.append(dataset.name)
        packed = h5d.create(out.require_group("nbit").id, dtype[1:].encode(), h5t.py_create(np.dtype(dtype)), h5s.create_simple((40, 5)), creation(dtype, chunk=(7, 5), filters="nbit"))
        h5py.Dataset(packed)[...] = random.integers(3, 90, (40, 5))
        paths.append(f"/nbit/{dtype[1:]}")
    for dtype in ("<f4", "<f8"):
        dataset = out.create_dataset(f"scaleoffset/{dtype[1:]}", (40, 5), dtype, chunks=(7, 5), scaleoffset=3)
        dataset[...] = random.normal(size=(40, 5))
        paths.append(dataset.name)
    # A fill value that is never written is not read either.
    group = out.create_group("never")
    for name, chunk in (("contiguous", None), ("chunked", (2,))):
        plist = creation("<i4", chunk=chunk, fill=5).copy()
        plist.set_fill_time(h5d.FILL_TIME_NEVER)
        h5d.create(group.id, name.encode(), h5t.STD_I32LE, h5s.create_simple((6,)), plist)
        if chunk:
            group[name][2:4] = [8, 9]
        note(group[name])
    for shape in ((), (0,), (4, 0, 3)):
        dataset = out.create_dataset(f"few/{len(shape)}", shape, ">i4", data=np.full(shape, 77, ">i4"))
        note(dataset)
    note(out.create_dataset("few/chunked", (0, 3), "<f4", chunks=(2, 3), maxshape=(None, 3)))
    odd_numbers(out)


def odd_numbers(out):
    raw = random.integers(0, 256, 64 * 8).astype("u1")
    for size, bits, at, signed, big in ((4, 20, 3, True, False), (2, 11, 5, False, True), (8, 40, 1, True, True), (1, 5, 2, True, False)):
        kind = h5t.STD_I32LE.copy()
        kind.set_size(size)
        kind.set_order(h5t.ORDER_BE if big else h5t.ORDER_LE)
        kind.set_precision(bits)
        kind.set_offset(at)
        kind.set_sign(h5t.SGN_2 if signed else h5t.SGN_NONE)
        kind.set_pad(h5t.PAD_ZERO, h5t.PAD_ZERO)
        numbers(out, f"odd/i{size}-{bits}", kind, raw, f"<{'i' if signed else 'u'}{size}")
    for size, native_type in ((3, "<i4"), (6, "<i8")):
        kind = h5t.STD_I64LE.copy()
        kind.set_precision(8 * size)
        kind.set_size(size)
        numbers(out, f"odd/i{size}", kind, raw, native_type)
    kind = h5t.IEEE_F32LE.copy()
    kind.set_fields(15, 7, 8, 0, 7)
    kind.set_size(2)
    kind.set_ebias(127)
    special_values = np.array([0, 0x8000, 0x7F80, 0xFF80, 0x7FC0, 0xFFC1, 1, 0x807F, 0x0080, 0x3F80], "<u2").view("u1")
    numbers(out, "odd/bfloat16", kind, np.concatenate([special_values, raw]), "<f4")
    kind.set_order(h5t.ORDER_BE)
    numbers(out, "odd/bfloat16-be", kind, raw, "<f4")
    kind = h5t.IEEE_F16LE.copy()
    kind.set_fields(7, 3, 4, 0, 3)
    kind.set_size(1)
    kind.set_ebias(7)
    numbers(out, "odd/float8", kind, np.arange(256, dtype="u1"), "<f2")
    kind = h5t.IEEE_F32LE.copy()
    kind.set_size(8)
    numbers(out, "odd/f4-in-8", kind, raw[:64 * 8].reshape(-1, 8), "<f8")


def numbers(out, path, kind, raw, native_type):
    raw = np.ascontiguousarray(raw).reshape(-1)
    count = raw.size // kind.get_size()
    raw = raw[:count * kind.get_size()].copy()
    out.require_group(os.path.dirname(path))
    identifier = h5d.create(out.id, path.encode(), kind, h5s.create_simple((count,)))
    identifier.write(h5s.ALL, h5s.ALL, raw, kind)
    made = np.zeros(count, native_type)
    identifier.read(h5s.ALL, h5s.ALL, made, h5t.py_create(made.dtype))
    record("/" + path, made)


def create():
    """An empty file of the superblock's version: 1 is what other B-tree nodes than the usual ask for."""
    bound = {0: h5f.LIBVER_EARLIEST, 1: h5f.LIBVER_EARLIEST, 2: h5f.LIBVER_V18, 3: h5f.LIBVER_LATEST}[superblock]
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(bound, h5f.LIBVER_V18 if superblock == 2 else h5f.LIBVER_LATEST)
    made = h5p.create(h5p.FILE_CREATE)
    if superblock == 1:
        with open("/proc/self/maps") as maps:
            library = ctypes.CDLL(next(line.split()[-1] for line in maps if "/libhdf5" in line and "_hl" not in line))
        assert library.H5Pset_istore_k(ctypes.c_int64(made.id), ctypes.c_uint(3)) >= 0
    file = h5f.create((stem + ".h5").encode(), h5f.ACC_TRUNC, made, access)
    assert file.get_create_plist().get_version()[0] == superblock
    return h5py.File(file)


with create() as out:
    cross(out)
    special(out)
# Noted once the file is closed: until then libhdf5 answers from its cache.
with h5py.File(stem + ".h5", "r") as done:
    for mask in (1, 2, 3):
        assert (done[f"masked/{mask}"][8:16] == np.arange(100, 108)).all()
        note(done[f"masked/{mask}"])
    for path in paths:
        note(done[path])

expected.close()
with open(stem + ".txt", "w") as listing:
    listing.write("\n".join(lines))
