"""Writes HDF5 files of what people seldom write and readers get wrong: every datatype in every place, every fill value rule,
every chunk index at its edges, links that lead nowhere, files with blocks before them.

Usage: oddities.py FOLDER. FOLDER/files gets the files; manifest.py then writes down what h5py finds in them.
"""
import ctypes
import itertools
import os
import sys

import h5py
import numpy as np
from h5py import h5a, h5d, h5p, h5r, h5s, h5t, h5z

folder = os.path.join(sys.argv[1], "files")
os.makedirs(folder, exist_ok=True)
random = np.random.default_rng(5)
VERSIONS = {"earliest": (h5py.h5f.LIBVER_EARLIEST, h5py.h5f.LIBVER_LATEST), "latest": (h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)}

# What h5py has no words for is said to the library that it has loaded.
with open("/proc/self/maps") as maps:
    library = ctypes.CDLL(next(line.split()[-1] for line in maps if "/libhdf5" in line and "_hl" not in line))
for name in ("H5Tcreate", "H5Tvlen_create", "H5Tarray_create2", "H5Tcopy", "H5Tenum_create"):
    getattr(library, name).restype = ctypes.c_int64


def call(name, *arguments):
    """Calls libhdf5 itself; identifiers and sizes are 64 bits wide."""
    function = getattr(library, name)
    made = function(*[ctypes.c_int64(a) if isinstance(a, int) else a for a in arguments])
    assert made >= 0, f"{name} failed"
    return made


def create(name, version="earliest", settings=None, access_settings=None):
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(*VERSIONS[version])
    creation = h5p.create(h5p.FILE_CREATE)
    if settings:
        settings(creation)
    if access_settings:
        access_settings(access)
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, creation, access))


def plist(chunk=None, gzip=False, shuffle=False, fletcher=False, alloc=None, fill_time=None, fill=None, layout=None, nbit=False):
    made = h5p.create(h5p.DATASET_CREATE)
    if layout is not None:
        made.set_layout(layout)
    if chunk:
        made.set_chunk(chunk)
    if alloc is not None:
        made.set_alloc_time(alloc)
    if fill_time is not None:
        made.set_fill_time(fill_time)
    if fill is not None:
        made.set_fill_value(np.asarray(fill))
    if nbit:
        call("H5Pset_nbit", made.id)
    if shuffle:
        made.set_shuffle()
    if gzip:
        made.set_deflate(6)
    if fletcher:
        made.set_fletcher32()
    return made


def dataset(out, path, kind, shape, made=None, maxshape=None):
    links = h5p.create(h5p.LINK_CREATE)
    links.set_create_intermediate_group(True)
    space = shape if isinstance(shape, h5s.SpaceID) else h5s.create(h5s.SCALAR) if shape == () else h5s.create_simple(shape, maxshape)
    return h5d.create(out.id, path.encode(), kind, space, made or h5p.create(h5p.DATASET_CREATE), lcpl=links)


def write_raw(identifier, data, kind=None):
    """Bytes as they shall be stored: the type in memory is that in the file."""
    identifier.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(np.frombuffer(data, "u1")), kind or identifier.get_type())


def number_kinds():
    for size, big, signed in itertools.product(range(1, 9), (False, True), (False, True)):
        for bits, at in {(8 * size, 0), (max(1, 8 * size - 5), 0), (max(1, 8 * size - 5), 5 if size > 1 else 3), (1, 0), (7, 1)}:
            if at + bits > 8 * size:
                continue
            kind = h5t.STD_I64LE.copy()
            kind.set_offset(0)
            kind.set_precision(min(bits, 64))
            kind.set_size(size)
            kind.set_offset(at)
            kind.set_order(h5t.ORDER_BE if big else h5t.ORDER_LE)
            kind.set_sign(h5t.SGN_2 if signed else h5t.SGN_NONE)
            yield f"int/{'>' if big else '<'}{'i' if signed else 'u'}{size}-{bits}-{at}", kind
    for size, big in itertools.product((1, 2, 4, 8), (False, True)):
        kind = getattr(h5t, f"STD_B{8 * size}{'BE' if big else 'LE'}")
        yield f"bits/{'>' if big else '<'}b{size}", kind
    fields = {
        "f2": (2, 15, 10, 5, 0, 10, 15), "bf16": (2, 15, 7, 8, 0, 7, 127), "e5m2": (1, 7, 2, 5, 0, 2, 15), "e4m3": (1, 7, 3, 4, 0, 3, 7),
        "f3": (3, 23, 15, 8, 0, 15, 127), "tf32": (4, 18, 10, 8, 0, 10, 127), "f4": (4, 31, 23, 8, 0, 23, 127),
        "f4-high": (8, 63, 55, 8, 32, 23, 127), "f4-in-8": (8, 31, 23, 8, 0, 23, 127), "f2-in-4": (4, 15, 10, 5, 0, 10, 15),
        "f2-in-8": (8, 15, 10, 5, 0, 10, 15), "f6": (6, 47, 36, 11, 0, 36, 1023), "f8": (8, 63, 52, 11, 0, 52, 1023),
        "e6m9": (2, 15, 9, 6, 0, 9, 31), "bias": (4, 31, 23, 8, 0, 23, 120), "bias-low": (2, 15, 10, 5, 0, 10, 20), "e3m12": (2, 15, 12, 3, 0, 12, 3),
        "f8-in-16": (16, 63, 52, 11, 0, 52, 1023), "f10": (16, 79, 64, 15, 0, 64, 16383), "f16": (16, 127, 112, 15, 0, 112, 16383),
        "sign-low": (2, 0, 11, 5, 1, 10, 15),
    }
    for (name, (size, sign, exponent_at, exponent, mantissa_at, mantissa, bias)), big in itertools.product(fields.items(), (False, True)):
        kind = h5t.IEEE_F64LE.copy()
        kind.set_size(max(size, 8))
        if size > 8:
            kind.set_precision(8 * size)
        kind.set_fields(sign, exponent_at, exponent, mantissa_at, mantissa)
        kind.set_ebias(bias)
        kind.set_precision(max(sign, exponent_at + exponent - 1) + 1)
        kind.set_size(size)
        kind.set_order(h5t.ORDER_BE if big else h5t.ORDER_LE)
        if name == "f10":
            kind.set_norm(h5t.NORM_NONE)
        yield f"float/{'>' if big else '<'}{name}", kind
    for name in ("VAX_F32", "VAX_F64"):
        if hasattr(h5t, name):
            yield f"float/{name}", getattr(h5t, name).copy()


def numbers(out, group, where):
    for name, kind in number_kinds():
        size = kind.get_size()
        special = [0, 1, 2, 255, 127, 128, 0x7F, 0x80, 0xFF]
        raw = bytes(random.integers(0, 256, size * 40).astype("u1")) + b"".join(bytes([v] * size) for v in special)
        count = len(raw) // size
        made = {"contiguous": plist(), "compact": plist(layout=h5d.COMPACT), "gzip": plist((7,), True, True), "nbit": plist((7,), nbit=True)}[where]
        try:
            identifier = dataset(out, f"{group}/{name}", kind, (count,), made)
            write_raw(identifier, raw)
            attribute = h5a.create(identifier, b"same", kind, h5s.create_simple((5,)))
            attribute.write(np.frombuffer(raw[: 5 * size], "u1").copy(), kind)
        except (ValueError, OSError):
            pass  # libhdf5 has no such type in such a place


def enums(out):
    for big, size, signed in itertools.product("<>", (1, 2, 4, 8), "iu"):
        base = np.dtype(f"{big}{signed}{size}")
        for name, members in {"bool": {"FALSE": 0, "TRUE": 1}, "turned": {"TRUE": 0, "FALSE": 1}, "three": {"A": 0, "B": 5, "C": 100}, "lower": {"false": 0, "true": 1}}.items():
            kind = h5py.h5t.enum_create(h5t.py_create(base))
            for member, value in members.items():
                kind.enum_insert(member.encode(), value)
            values = np.array([list(members.values())[i % len(members)] for i in range(11)], base)
            identifier = dataset(out, f"enum/{name}/{big}{signed}{size}", kind, (11,))
            write_raw(identifier, values.tobytes())
            identifier = dataset(out, f"enum-gzip/{name}/{big}{signed}{size}", kind, (11,), plist((4,), True, fill=None))
            write_raw(identifier, values.tobytes())
            h5a.create(identifier, b"scalar", kind, h5s.create(h5s.SCALAR)).write(values[1:2].copy(), kind)


def texts(out):
    raw = [b"", b"a", b"ab\0cd", b"  lead", b"trail  ", b"\0\0x", "größ".encode(), b"fullfull", b"\t \0", b" \0 \0"]
    for padding, charset, size in itertools.product((h5t.STR_NULLTERM, h5t.STR_NULLPAD, h5t.STR_SPACEPAD), (h5t.CSET_ASCII, h5t.CSET_UTF8), (1, 8, 13)):
        kind = h5t.C_S1.copy()
        kind.set_size(size)
        kind.set_strpad(padding)
        kind.set_cset(charset)
        pad = b" " if padding == h5t.STR_SPACEPAD else b"\0"
        data = b"".join(word[:size].ljust(size, pad) for word in raw)
        name = f"text/{padding}-{charset}-{size}"
        write_raw(dataset(out, name, kind, (len(raw),)), data)
        identifier = dataset(out, name + "-gzip", kind, (len(raw),), plist((3,), True, True))
        write_raw(identifier, data)
        h5a.create(identifier, b"many", kind, h5s.create_simple((2, 5))).write(np.frombuffer(data, "u1").copy(), kind)
        for i in (0, 2, 6):
            h5a.create(identifier, f"one{i}".encode(), kind, h5s.create(h5s.SCALAR)).write(np.frombuffer(data[i * size:(i + 1) * size], "u1").copy(), kind)
    for charset in ("ascii", "utf-8"):
        kind = h5py.string_dtype(charset)
        words = ["", "a", "ab" * 300, "x y ", "plain"] + (["größer", "日本"] if charset == "utf-8" else [])
        made = out.create_dataset(f"vtext/{charset}", data=np.array(words, object), dtype=kind)
        made.attrs.create("many", np.array(words, object), dtype=kind)
        made.attrs.create("one", words[2], dtype=kind)
        made.attrs.create("empty", "", dtype=kind)
        out.create_dataset(f"vtext/{charset}-gzip", data=np.array(words, object), dtype=kind, chunks=(2,), compression="gzip", shuffle=True)
        out.create_dataset(f"vtext/{charset}-unwritten", (4,), dtype=kind)
        some = out.create_dataset(f"vtext/{charset}-some", (9,), dtype=kind, chunks=(2,))
        some[3] = "three"
        out.create_dataset(f"vtext/{charset}-scalar", data="alone", dtype=kind)
        out.create_dataset(f"vtext/{charset}-2d", data=np.array(words[:4], object).reshape(2, 2), dtype=kind)


def compounds(out):
    inner = np.dtype([("p", ">i2"), ("q", "<f8", (2,))])
    plain = np.dtype([("a", "<i4"), ("b", ">f4"), ("c", "S5"), ("d", "?"), ("e", "<c8"), ("f", ">c16"), ("g", inner), ("h", inner, (2, 3)), ("i", "|u1"), ("j", "<f2")])
    padded = np.dtype({"names": ["x", "y", "z"], "formats": ["<i4", ">u2", "<f8"], "offsets": [4, 17, 24], "itemsize": 40})
    turned = np.dtype({"names": ["late", "early"], "formats": ["<i4", "<f8"], "offsets": [8, 0], "itemsize": 12})
    for name, kind in (("plain", plain), ("padded", padded), ("turned", turned), ("aligned", np.dtype([("a", "u1"), ("b", "<f8"), ("c", "<i2")], align=True))):
        raw = bytes(random.integers(0, 100, kind.itemsize * 12).astype("u1"))
        values = np.frombuffer(raw, kind).copy()
        if name == "plain":
            values["d"] = values["d"].view("u1") % 2
        out.create_dataset(f"compound/{name}/contiguous", data=values)
        made = out.create_dataset(f"compound/{name}/chunked", data=values.reshape(3, 4), chunks=(2, 3), compression="gzip", shuffle=True)
        made.attrs["one"] = values[0]
        made.attrs["many"] = values[:5]
        out.create_dataset(f"compound/{name}/scalar", data=values[3])
        out.create_dataset(f"compound/{name}/unwritten", (5,), kind)
        fill = values[1]
        out.create_dataset(f"compound/{name}/fill", (5,), kind, fillvalue=fill, chunks=(2,))[2] = values[7]
    heaps = np.dtype([("n", "<i4"), ("word", h5py.string_dtype()), ("list", h5py.vlen_dtype("<i2")), ("ref", h5py.ref_dtype), ("end", "<f4")])
    values = np.zeros(4, heaps)
    for i in range(4):
        values[i] = (i, "w" * i, np.arange(i, dtype="<i2"), out.ref if i else h5py.Reference(), i / 2)
    out.create_dataset("compound/heaps", data=values)
    out.create_dataset("compound/heaps-gzip", data=values, chunks=(3,), compression="gzip")
    # Complex numbers, and what is almost one.
    for part in ("<f4", ">f4", "<f8", ">f8"):
        pairs = {"ri": ("r", "i"), "ir": ("i", "r"), "RI": ("R", "I"), "re": ("real", "imag")}
        for name, (first, second) in pairs.items():
            kind = np.dtype([(first, part), (second, part)])
            out.create_dataset(f"complex/{name}{part}", data=np.frombuffer(np.arange(14).astype(part).tobytes(), kind))
    for parts in ((">f4", "<f4"), ("<f4", "<f8"), ("<i4", "<i4")):
        kind = np.dtype([("r", parts[0]), ("i", parts[1])])
        try:
            raw = h5t.create(h5t.COMPOUND, kind.itemsize)
            raw.insert(b"r", 0, h5t.py_create(np.dtype(parts[0])))
            raw.insert(b"i", np.dtype(parts[0]).itemsize, h5t.py_create(np.dtype(parts[1])))
            write_raw(dataset(out, f"complex/{parts[0]}-{parts[1]}", raw, (6,)), bytes(random.integers(0, 60, 6 * kind.itemsize).astype("u1")))
        except ValueError:
            pass
    for name, at in (("apart", (4, 12)), ("swapped", (8, 0)), ("tight", (0, 4))):
        raw = h5t.create(h5t.COMPOUND, 20)
        raw.insert(b"r", at[0], h5t.IEEE_F32LE)
        raw.insert(b"i", at[1], h5t.IEEE_F32LE)
        write_raw(dataset(out, f"complex/{name}", raw, (6,)), np.arange(30, dtype="<f4").tobytes())


def arrays(out):
    for dims, base in itertools.product(((3,), (2, 3), (1,), (2, 1, 2)), ("<i4", ">f8", "S3", "|b1", "<c8")):
        kind = np.dtype((base, dims))
        count = 5
        data = np.zeros((count,) + dims, base)
        data.flat = [f"{i}".encode() if base == "S3" else i % 2 if base == "|b1" else i * 1.5 for i in range(data.size)]
        name = f"array/{'x'.join(map(str, dims))}/{base.strip('<>|')}"
        made = out.create_dataset(name, (count,), kind, chunks=(2,), compression="gzip")
        made[...] = data
        one = out.create_dataset(name + "-scalar", (), kind)
        one[()] = data[1]
    nested = h5t.array_create(h5t.array_create(h5t.STD_I16BE, (2,)), (3, 2))
    write_raw(dataset(out, "array/nested", nested, (4,)), np.arange(48, dtype=">i2").tobytes())
    inside = h5t.create(h5t.COMPOUND, 27)
    inside.insert(b"u", 1, h5t.array_create(h5t.array_create(h5t.STD_I16BE, (2,)), (3, 2)))
    inside.insert(b"v", 25, h5t.STD_I16LE)
    write_raw(dataset(out, "array/in-compound", inside, (4,)), bytes(range(108)))
    write_raw(dataset(out, "array/of-compound", h5t.array_create(inside, (2,)), (2,)), bytes(range(108)))


def sequences(out):
    for base in ("<i4", ">i4", "|u1", "<f8", ">f4", "|b1", "<f2"):
        kind = h5py.vlen_dtype(np.dtype(base))
        if base[0] == ">":
            continue  # h5py itself reads these with their bytes turned
        made = out.create_dataset(f"vlen/{base.strip('<>|')}", (5,), kind)
        for i in (0, 2, 4):
            made[i] = np.arange(i * 3).astype(base)
        gz = out.create_dataset(f"vlen/{base.strip('<>|')}-gzip", (5,), kind, chunks=(2,), compression="gzip")
        gz[1] = np.arange(100).astype(base)
    pairs = h5py.vlen_dtype(np.dtype([("a", "<i4"), ("b", "S2")]))
    made = out.create_dataset("vlen/compound", (3,), pairs)
    made[1] = np.array([(1, b"x"), (2, b"yy")], [("a", "<i4"), ("b", "S2")])
    words = h5py.vlen_dtype(h5py.string_dtype())
    made = out.create_dataset("vlen/words", (3,), words)
    made[0] = np.array(["a", "bcd", ""], object)
    made[2] = np.array(["z" * 100], object)


def references(out):
    target = out.create_dataset("reference/target", data=np.arange(60).reshape(6, 10))
    made = out.create_dataset("reference/objects", (4,), h5py.ref_dtype)
    made[0] = target.ref
    made[1] = out["reference"].ref
    made[3] = out.ref
    target.attrs["self"] = target.ref
    target.attrs["void"] = h5py.Reference()
    regions = out.create_dataset("reference/regions", (6,), h5py.regionref_dtype)
    regions[0] = target.regionref[1:4, 2:9:3]
    regions[1] = target.regionref[::2]
    regions[2] = target.regionref[np.array(random.integers(0, 2, (6, 10)), bool)]
    regions[3] = target.regionref[0:0]
    points = h5s.create_simple((6, 10))
    points.select_elements(np.array([[0, 1], [5, 9], [3, 3]]))
    regions[5] = h5r.create(out.id, b"reference/target", h5r.DATASET_REGION, points)
    target.attrs["region"] = target.regionref[2:3, 1:5]


def spaces(out):
    for name, space in (("null", h5s.create(h5s.NULL)), ("scalar", h5s.create(h5s.SCALAR)), ("zero", h5s.create_simple((0,))), ("zero-inside", h5s.create_simple((3, 0, 2))), ("one", h5s.create_simple((1,)))):
        for kind in (h5t.STD_I32BE, h5t.C_S1, h5t.IEEE_F32LE):
            identifier = dataset(out, f"space/{name}/{kind.get_class()}", kind, space)
            attribute = h5a.create(identifier, b"same", kind, space)
            if name in ("scalar", "one"):
                data = np.zeros(() if name == "scalar" else (1,), kind.dtype)
                attribute.write(data)
        text = h5py.string_dtype()
        identifier = dataset(out, f"space/{name}/text", h5t.py_create(text, logical=True), space)
    out.create_dataset("space/chunked-zero", (0, 4), "<i4", chunks=(2, 2), maxshape=(None, 4))
    out.create_dataset("space/deep", data=np.arange(2 ** 10).reshape((2,) * 10), chunks=(1, 2) * 5)
    out.create_dataset("space/rank32", data=np.arange(4).reshape((1,) * 30 + (2, 2)))
    opaque = h5t.create(h5t.OPAQUE, 7)
    opaque.set_tag(b"some tag")
    write_raw(dataset(out, "opaque", opaque, (4,)), bytes(range(28)))
    out.create_dataset("void", data=np.array([b"abc\0", b"\0\0\0\1"], "V4"))
    for time in ("UNIX_D32LE", "UNIX_D32BE", "UNIX_D64LE", "UNIX_D64BE"):
        if hasattr(h5t, time):
            write_raw(dataset(out, f"time/{time}", getattr(h5t, time), (3,)), bytes(range(3 * getattr(h5t, time).get_size())))
    committed = np.dtype([("k", "<i4"), ("l", ">f8")])
    out["types/pair"] = committed
    out.create_dataset("types/used", (3,), out["types/pair"])[...] = np.array([(1, 2), (3, 4), (5, 6)], committed)
    out["types/used"].attrs.create("attribute", np.array((7, 8), committed), dtype=out["types/pair"])
    out["types/pair"].attrs["of the type"] = np.arange(3)
    out["types/text"] = h5py.string_dtype()
    out.create_dataset("types/worded", data=np.array(["a", "b"], object), dtype=out["types/text"])


def fills(out):
    times = {"alloc": h5d.FILL_TIME_ALLOC, "never": h5d.FILL_TIME_NEVER, "ifset": h5d.FILL_TIME_IFSET}
    allocations = {"early": h5d.ALLOC_TIME_EARLY, "late": h5d.ALLOC_TIME_LATE, "incr": h5d.ALLOC_TIME_INCR, "default": h5d.ALLOC_TIME_DEFAULT}
    for (allocation, alloc), (time, fill_time), value, layout, kind in itertools.product(
            allocations.items(), times.items(), ("undefined", "default", "user"), ("contiguous", "compact", "chunked", "gzip", "edge"), ("<i4", ">f8")):
        made = plist((4, 3) if layout in ("chunked", "gzip", "edge") else None, gzip=layout in ("gzip", "edge"), alloc=alloc, fill_time=fill_time,
                     layout=h5d.COMPACT if layout == "compact" else None, fill=np.array(-7.0 if kind[0] == ">" else 258, kind) if value == "user" else None)
        if value == "undefined":
            call("H5Pset_fill_value", made.id, h5t.STD_I32LE.id, ctypes.c_void_p(None))
        if layout == "edge":
            call("H5Pset_chunk_opts", made.id, ctypes.c_uint(2))
        for written in ("none", "some"):
            path = f"fill/{allocation}-{time}-{value}-{layout}-{kind[1:]}-{written}"
            try:
                identifier = dataset(out, path, h5t.py_create(np.dtype(kind)), (10, 7), made)
            except ValueError:
                break  # libhdf5 has no such combination
            if written == "some":
                h5py.Dataset(identifier)[3:6, 2:5] = random.integers(0, 50, (3, 3))


def chunks(out, version):
    shapes = {"fixed": None, "larger": "larger", "unlimited": "unlimited", "both": "both", "second": "second"}
    for how, rank, filters, edge in itertools.product(shapes, (1, 2, 3), ("none", "gzip", "fletcher", "all"), (False, True)):
        shape = ((53,), (17, 11), (7, 5, 9))[rank - 1]
        chunk = ((8,), (4, 5), (3, 2, 4))[rank - 1]
        most = {"fixed": shape, "larger": tuple(2 * n + 1 for n in shape), "unlimited": (h5s.UNLIMITED,) + shape[1:],
                "both": (h5s.UNLIMITED,) * rank, "second": shape[:-1] + (h5s.UNLIMITED,)}[how]
        made = plist(chunk, filters in ("gzip", "all"), filters == "all", filters in ("fletcher", "all"), fill=np.array(9, "<i4"))
        if edge:
            call("H5Pset_chunk_opts", made.id, ctypes.c_uint(2))
        target = h5py.Dataset(dataset(out, f"chunk/{how}-{rank}-{filters}-{edge}", h5t.STD_I32LE, shape, made, most))
        if rank > 1:
            target[:4] = random.integers(0, 1000, target[:4].shape)
            target[-3:, -4:] = random.integers(0, 1000, target[-3:, -4:].shape)
        else:
            target[3:11] = np.arange(8)
            target[50:] = 5
        if how in ("unlimited", "both"):
            target.resize((shape[0] - 3,) + shape[1:])
            target.resize((shape[0] + 6,) + shape[1:])
    for filters in (False, True):
        # Pages, blocks of blocks, deep trees; with holes.
        for how, most in (("fixed", (6000,)), ("larger", (9000,)), ("unlimited", (h5s.UNLIMITED,))):
            target = h5py.Dataset(dataset(out, f"many/{how}-{filters}", h5t.STD_I16BE, (6000,), plist((2,), fletcher=filters, fill=np.array(-3, ">i2")), most))
            target[100:140] = np.arange(40)
            target[2000:2100] = np.arange(100)
            target[5500:] = 4
        for k in range(3):
            target = h5py.Dataset(dataset(out, f"many/grid{k}-{filters}", h5t.STD_I16LE, (70, 80), plist((2, 2), fletcher=filters), (h5s.UNLIMITED,) * 2))
            if k == 0:
                target[...] = random.integers(0, 99, (70, 80))
            elif k == 1:
                target[::9, ::7] = 5
        single = h5py.Dataset(dataset(out, f"single/{filters}", h5t.STD_I16LE, (5, 6), plist((5, 6), fletcher=filters), (5, 6)))
        single[...] = 3
        over = h5py.Dataset(dataset(out, f"over/{filters}", h5t.STD_I16LE, (5, 6), plist((9, 8), fletcher=filters), (20, h5s.UNLIMITED)))
        over[1:3] = 3
        early = h5py.Dataset(dataset(out, f"early/{filters}", h5t.STD_I16LE, (11, 6), plist((3, 4), fletcher=filters, alloc=h5d.ALLOC_TIME_EARLY), (20, 6)))
        early[1:3] = 3
        early = h5py.Dataset(dataset(out, f"early-one/{filters}", h5t.STD_I16LE, (11,), plist((3,), fletcher=filters, alloc=h5d.ALLOC_TIME_EARLY), (h5s.UNLIMITED,)))
        early[1:3] = 3


def filters(out):
    data = random.integers(0, 70, (45, 7))
    for kind in ("|i1", "|u1", "<i2", ">u2", "<i4", ">u4", "<i8", ">u8", ">i8"):
        for fill, bits in itertools.product((None, 0, 99), (0, 3, 7)):
            made = plist((10, 7), fill=None if fill is None else np.array(fill, kind))
            made.set_scaleoffset(h5z.SO_INT, bits)
            target = h5py.Dataset(dataset(out, f"scale/{kind}-{fill}-{bits}", h5t.py_create(np.dtype(kind)), (45, 7), made))
            target[3:] = data[3:]
            target[20, 3] = fill or 5
        negative = out.create_dataset(f"scale/extreme-{kind}", (20,), kind, chunks=(20,), scaleoffset=0)
        info = np.iinfo(np.dtype(kind))
        negative[...] = [info.min, info.max] * 10
        flat = out.create_dataset(f"scale/flat-{kind}", (20,), kind, chunks=(10,), scaleoffset=0)
        flat[...] = info.min
    for kind, digits, fill in itertools.product(("<f4", ">f4", "<f8", ">f8"), (0, 2, 5), (None, -999.0)):
        made = plist((10, 7), fill=None if fill is None else np.array(fill, kind))
        made.set_scaleoffset(h5z.SO_FLOAT_DSCALE, digits)
        target = h5py.Dataset(dataset(out, f"scale/{kind}-{digits}-{fill}", h5t.py_create(np.dtype(kind)), (45, 7), made))
        target[3:] = random.normal(size=(42, 7)) * 50
        if fill:
            target[22, 1:5] = fill
    nested = np.dtype([("a", "<i4"), ("b", ">u2", (3,)), ("c", "<f4"), ("d", "S3"), ("e", [("x", "|u1"), ("y", "<i8")])])
    target = h5py.Dataset(dataset(out, "nbit/compound", h5t.py_create(nested), (13,), plist((4,), nbit=True)))
    target[...] = np.frombuffer(bytes(random.integers(0, 90, nested.itemsize * 13).astype("u1")), nested)
    odd = h5t.create(h5t.COMPOUND, 12)
    small = h5t.STD_I32BE.copy()
    small.set_precision(11)
    small.set_offset(3)
    odd.insert(b"u", 0, small)
    odd.insert(b"v", 4, h5t.array_create(h5t.STD_U16LE, (2,)))
    odd.insert(b"w", 9, h5t.STD_U8LE)
    write_raw(dataset(out, "nbit/odd", odd, (11,), plist((4,), nbit=True, gzip=True)), bytes(random.integers(0, 90, 132).astype("u1")))
    for level in (0, 1, 9):
        out.create_dataset(f"gzip/{level}", data=data, chunks=(10, 3), compression="gzip", compression_opts=level)
    for size in (1, 2, 3, 5, 7, 11):
        out.create_dataset(f"fletcher/{size}", data=np.frombuffer(bytes(range(size * 9)), f"S{size}" if size > 2 else f"u{size}"), chunks=(3,), fletcher32=True)
        out.create_dataset(f"shuffle/{size}", data=np.frombuffer(bytes(range(size * 9)), f"V{size}"), chunks=(4,), shuffle=True, compression="lzf")
    incompressible = random.integers(0, 256, 4000).astype("u1")
    out.create_dataset("lzf/noise", data=incompressible, chunks=(1000,), compression="lzf")
    out.create_dataset("lzf/runs", data=np.repeat(incompressible[:40], 300), chunks=(3000,), compression="lzf", fletcher32=True)
    # Sums with the bytes of each half swapped, as libhdf5 1.6.2 and older left them on little-endian machines.
    for kind in ("|u1", ">i4", "<f8"):
        swapped = out.create_dataset(f"fletcher/swapped-{kind}", (20,), kind, chunks=(8,), fletcher32=True)
        swapped[...] = np.arange(20)
        for at in (0, 8):
            stored = swapped.id.read_direct_chunk((at,))[1]
            swapped.id.write_direct_chunk((at,), stored[:-4] + np.frombuffer(stored[-4:], "<u2").byteswap().tobytes())
    # Orders that nobody would choose.
    for number, order in enumerate(itertools.permutations(("shuffle", "deflate", "fletcher"))):
        made = plist((10, 7))
        for step in order:
            {"shuffle": made.set_shuffle, "deflate": lambda: made.set_deflate(4), "fletcher": made.set_fletcher32}[step]()
        h5py.Dataset(dataset(out, f"order/{number}", h5t.STD_I32LE, (45, 7), made))[...] = data


def attributes(out):
    few = out.create_group("attributes/few")
    for i in range(7):
        few.attrs[f"a{i}"] = i
    many = out.create_group("attributes/many", track_order=True)
    for i in range(30):
        many.attrs[f"{(i * 7) % 30}-ä"] = np.arange(i)
    for i in range(0, 30, 3):
        del many.attrs[f"{i}-ä"]
    try:
        many.attrs["large"] = np.arange(40000)
    except OSError:
        pass  # not in the older format
    many.attrs["text"] = "a" * 5000
    many.attrs["list"] = np.array(["x", "yy"], object)
    many.attrs.create("sequence", np.array([np.arange(3), np.arange(1)], object), dtype=h5py.vlen_dtype("<i4"))
    many.attrs["empty"] = h5py.Empty("<f4")
    many.attrs["none"] = h5py.Empty(h5py.string_dtype())
    for i in range(5):
        few.attrs.modify("a3", i)


def links(out):
    target = out.create_dataset("links/data", data=np.arange(5))
    out["links/hard"] = target
    out["links/deep/er/hard"] = target
    for i in range(40):
        out[f"links/chain{i}"] = h5py.SoftLink(f"/links/chain{i + 1}" if i < 39 else "data")
    out["links/chain-short"] = h5py.SoftLink("chain30")
    out["links/dots"] = h5py.SoftLink("./deep/./er//hard")
    out["links/up"] = h5py.SoftLink("../links/data")
    out["links/loop"] = h5py.SoftLink("/links/loop")
    out["links/there"] = h5py.SoftLink("/links/back")
    out["links/back"] = h5py.SoftLink("/links/there")
    out["links/folder"] = h5py.SoftLink("deep")
    out["links/through"] = h5py.SoftLink("folder/er/hard")
    out["links/deep/cycle"] = out["links"]
    out["links/self"] = out["links"]
    out["links/out"] = h5py.ExternalLink("no-such-file.h5", "/a")
    out["links/ä ö/日本"] = 5
    out["links/with.dot/and space"] = 6
    for i in range(30):
        out[f"links/removed/{i}"] = i
    for i in range(0, 30, 2):
        del out[f"links/removed/{i}"]
    external = h5p.create(h5p.DATASET_CREATE)
    external.set_external(b"elsewhere.bin", 0, 32)
    h5d.create(out.id, b"external", h5t.STD_I32LE, h5s.create_simple((8,)), external)


SECTIONS = {
    "numbers": lambda out, version: [numbers(out, where, where) for where in ("contiguous", "compact", "gzip", "nbit")],
    "enums": lambda out, version: enums(out), "texts": lambda out, version: texts(out), "compounds": lambda out, version: compounds(out),
    "arrays": lambda out, version: arrays(out), "sequences": lambda out, version: sequences(out), "references": lambda out, version: references(out),
    "spaces": lambda out, version: spaces(out), "fills": lambda out, version: fills(out), "chunks": chunks, "filters": lambda out, version: filters(out),
    "attributes": lambda out, version: attributes(out), "links": lambda out, version: links(out),
}


def small(out):
    compounds(out)
    attributes(out)
    links(out)
    out.create_dataset("rows", data=random.normal(size=(50, 3)), chunks=(3, 2), maxshape=(None, 3), compression="gzip")


for version, (name, section) in itertools.product(VERSIONS, SECTIONS.items()):
    with create(f"{name}-{version}.h5", version) as out:
        section(out, version)

for version in VERSIONS:
    for block in (512, 1024, 4096, 65536):
        with create(f"files/block{block}-{version}.h5", version, lambda creation: creation.set_userblock(block)) as out:
            small(out)
        with open(os.path.join(folder, f"files/block{block}-{version}.h5"), "r+b") as raw:
            raw.write(b"#!/bin/sh\n" * 5)
    for sizes in ((2, 2), (2, 4), (4, 4), (4, 8), (8, 4), (8, 2)):
        try:
            with create(f"files/sizes{sizes[0]}{sizes[1]}-{version}.h5", version, lambda creation: creation.set_sizes(*sizes)) as out:
                compounds(out) if 2 not in sizes else None
                out.create_dataset("rows", data=random.normal(size=(50, 3)), chunks=(3, 2), maxshape=(None, 3), compression="gzip")
                out.create_dataset("words", data=np.array(["a", "bc"], object), dtype=h5py.string_dtype())
        except (ValueError, OSError):
            pass
    for strategy, persist in itertools.product((0, 1, 2, 3), (0, 1)):
        def settings(creation):
            call("H5Pset_file_space_strategy", creation.id, ctypes.c_int(strategy), ctypes.c_bool(persist), ctypes.c_uint64(1))
        with create(f"files/space{strategy}{persist}-{version}.h5", version, settings) as out:
            small(out)
            del out["rows"]
            out.create_dataset("rows", data=random.normal(size=(50, 3)), chunks=(3, 2), maxshape=(None, 3), compression="gzip")
    def k(creation):
        call("H5Pset_sym_k", creation.id, ctypes.c_uint(1), ctypes.c_uint(1))
        call("H5Pset_istore_k", creation.id, ctypes.c_uint(1))
    with create(f"files/k-{version}.h5", version, k) as out:
        small(out)
        for i in range(200):
            out[f"g/{i:05}"] = i
    for number, (first, second, least, most_list, least_tree) in enumerate(((0x082A, 0x1000, 1, 50, 40), (0x1020, 0x080A, 1, 0, 0), (0x0822, 0x0008, 40, 50, 40))):
        def share(creation):
            call("H5Pset_shared_mesg_nindexes", creation.id, ctypes.c_uint(2))
            call("H5Pset_shared_mesg_index", creation.id, ctypes.c_uint(0), ctypes.c_uint(first), ctypes.c_uint(least))
            call("H5Pset_shared_mesg_index", creation.id, ctypes.c_uint(1), ctypes.c_uint(second), ctypes.c_uint(least))
            call("H5Pset_shared_mesg_phase_change", creation.id, ctypes.c_uint(most_list), ctypes.c_uint(least_tree))
        for name in ("compounds", "fills", "attributes", "enums", "filters", "texts"):
            with create(f"files/shared{number}-{name}-{version}.h5", version, share) as out:
                SECTIONS[name](out, version)
    # Times in headers, order in links and attributes, thresholds of dense storage.
    with create(f"files/order-{version}.h5", version) as out:
        for number, (most, least, order) in enumerate(((0, 0, 3), (8, 6, 1), (2, 1, 0))):
            group = h5p.create(h5p.GROUP_CREATE)
            call("H5Pset_link_creation_order", group.id, ctypes.c_uint(order))
            call("H5Pset_link_phase_change", group.id, ctypes.c_uint(most), ctypes.c_uint(least))
            call("H5Pset_attr_phase_change", group.id, ctypes.c_uint(most), ctypes.c_uint(least))
            call("H5Pset_attr_creation_order", group.id, ctypes.c_uint(order))
            call("H5Pset_obj_track_times", group.id, ctypes.c_bool(number != 1))
            made = h5py.Group(h5py.h5g.create(out.id, f"g{number}".encode(), gcpl=group))
            for i in range(20):
                made[f"{(i * 7) % 20}"] = i
                made.attrs[f"{(i * 3) % 20}"] = i
