"""Writes HDF5 files of formats that libhdf5 1.10 does not write: it makes the file, and what is newer is put in by hand.

Usage: newer.py FOLDER. FOLDER gets layout-5.h5 (chunk indexes of data layout version 5, each beside its plain copy),
references.h5 (references of the kind of 1.12), family.h5 and family-latest.h5 (a part of a file in several), image.h5 (metadata in a
cache image) and image-plain.h5 (the same without).
"""
import ctypes
import os
import struct
import sys

import h5py
import numpy as np

folder = sys.argv[1]
MASK = 0xFFFFFFFF
HEADERS = {3: b"FAHD", 4: b"EAHD", 5: b"BTHD"}


def checksum(data):
    """Bob Jenkins' lookup3 (hashlittle, initial value 0)."""
    def turn(value, bits):
        return ((value << bits) | (value >> (32 - bits))) & MASK
    a = b = c = (0xDEADBEEF + len(data)) & MASK
    while len(data) > 12:
        x, y, z = struct.unpack("<3I", data[:12])
        a, b, c = (a + x) & MASK, (b + y) & MASK, (c + z) & MASK
        for bits in (4, 6, 8, 16, 19, 4):
            a = ((a - c) & MASK) ^ turn(c, bits)
            c = (c + b) & MASK
            a, b, c = b, c, a
        data = data[12:]
    if data:
        x, y, z = struct.unpack("<3I", data.ljust(12, b"\0"))
        a, b, c = (a + x) & MASK, (b + y) & MASK, (c + z) & MASK
        for bits in (14, 11, 25, 16, 4, 14, 24):
            c = ((c ^ b) - turn(b, bits)) & MASK
            a, b, c = b, c, a
        a, b, c = c, a, b
    return c


def sealed(structure):
    return bytes(structure) + struct.pack("<I", checksum(bytes(structure)))


def seal(file, at, length):
    file[at + length - 4:at + length] = struct.pack("<I", checksum(bytes(file[at:at + length - 4])))


def number(file, at, size=8):
    return int.from_bytes(file[at:at + size], "little")


def put(file, at, value, size=8):
    file[at:at + size] = value.to_bytes(size, "little")


def length_of(file, at):
    """Bytes of the structure at a place: it ends with the checksum of all before."""
    return next(n for n in range(12, 4096) if number(file, at + n - 4, 4) == checksum(bytes(file[at:at + n - 4])))


def widen(entries, count, width, tail=0):
    """Entries of a filtered index (address, stored size, mask, and what follows) with stored sizes of 8 bytes."""
    size = 8 + width + 4 + tail
    parts = [entries[i * size:(i + 1) * size] for i in range(count)]
    return b"".join(part[:8] + part[8:8 + width].ljust(8, b"\0") + part[8 + width:] for part in parts)


def widen_index(file, kind, index, rank):
    """Writes the index's only block anew, at the end of the file, and puts its header right."""
    length = length_of(file, index)
    entry_at, block_at = {3: (6, 16), 4: (6, length - 12), 5: (10, 16)}[kind]
    entry_bytes = file[index + entry_at]
    block = number(file, index + block_at)
    if kind == 5:
        count, width = number(file, index + 24, 2), entry_bytes - 8 - 4 - 8 * rank
        made = file[block:block + 6] + widen(file[block + 6:], count, width, 8 * rank)
    else:
        count, width = (number(file, index + 8) if kind == 3 else file[index + 8]), entry_bytes - 8 - 4
        end = block + length_of(file, block) - 4
        made = file[block:block + 14] + widen(file[block + 14:], count, width) + file[block + 14 + count * entry_bytes:end]
    put(file, index + entry_at, entry_bytes + 8 - width, 1 if kind != 5 else 2)
    put(file, index + block_at, len(file))
    file += sealed(made).ljust(number(file, index + 6, 4) if kind == 5 else 0, b"\0")
    seal(file, index, length)


def layout_5():
    path = os.path.join(folder, "layout-5.h5")
    shapes = {"single": ((6, 4), None), "fixed": ((2, 2), None), "extensible": ((2, 4), (None, 4)), "tree": ((2, 2), (None, None))}
    with h5py.File(path, "w", libver="latest") as out:
        for filters in ({}, {"compression": "gzip", "shuffle": True}):
            for name, (chunk, most) in shapes.items():
                data = np.random.default_rng(len(name)).integers(0, 1000, (6, 4))
                out.create_dataset(f"new/{name}-{len(filters)}", data=data, chunks=chunk, maxshape=most, **filters)
                out[f"plain/{name}-{len(filters)}"] = data
        places = [h5py.h5o.get_info(found.id).addr for found in out["new"].values()]
    with open(path, "rb") as raw:
        file = bytearray(raw.read())
    for header in places:
        length = length_of(file, header)
        # The message of a chunked layout: its number, two bytes of length, flags; version 4, class 2.
        at = next(at for at in range(header, header + length) if file[at] == 8 and file[at + 4:at + 6] == b"\x04\x02")
        file[at + 4] = 5
        rank, dim_bytes = file[at + 7] - 1, file[at + 8]
        kind_at = at + 9 + dim_bytes * (rank + 1)
        kind = file[kind_at]
        parameters = {3: 1, 4: 5, 5: 6}.get(kind, 0)
        if kind in HEADERS:
            index = number(file, kind_at + 1 + parameters)
            assert file[index:index + 4] == HEADERS[kind]
            if file[index + 5] in (1, 11):
                widen_index(file, kind, index, rank)
        seal(file, header, length)
    put(file, 28, len(file))
    seal(file, 0, 48)
    with open(path, "wb") as raw:
        raw.write(file)


def references():
    path = os.path.join(folder, "references.h5")
    with h5py.File(path, "w") as out:
        out["sound"] = np.arange(5)
        for kind in (2, 3, 4):
            tag = h5py.h5t.create(h5py.h5t.OPAQUE, 18)
            tag.set_tag(b"here%d" % kind)
            made = h5py.h5d.create(out.id, b"references%d" % kind, tag, h5py.h5s.create_simple((3,)))
            made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(54, dtype="u1"), tag)
            attribute = h5py.h5a.create(out["sound"].id, b"reference%d" % kind, tag, h5py.h5s.create(h5py.h5s.SCALAR))
            attribute.write(np.arange(18, dtype="u1"), tag)
    with open(path, "rb") as raw:
        file = bytearray(raw.read())
    # An opaque type (version 1, class 5) of 18 bytes and a tag of 8 becomes a reference (version 4, class 7), its kind in the lowest bits.
    for kind in (2, 3, 4):
        old = b"\x15\x08\0\0\x12\0\0\0here%d" % kind
        assert file.count(old) == 2
        file = file.replace(old, bytes([0x47, 0x10 | kind, 0, 0, 18, 0, 0, 0]) + old[8:])
    with open(path, "wb") as raw:
        raw.write(file)


def several():
    for name, version in (("family.h5", "earliest"), ("family-latest.h5", "latest")):
        with h5py.File(os.path.join(folder, name + "%d"), "w", driver="family", memb_size=4096, libver=version) as out:
            out["data"] = np.arange(2000)
        os.rename(os.path.join(folder, name + "0"), os.path.join(folder, name))


class CacheImage(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("generate", ctypes.c_bool), ("save_resize", ctypes.c_bool), ("ageout", ctypes.c_int)]


def little_of_everything(out):
    random = np.random.default_rng(4)
    out["data"] = np.arange(50)
    for name, most in (("fixed", None), ("extensible", (None, 3)), ("tree", (None, None))):
        out.create_dataset(f"group/{name}", data=random.integers(0, 99, (300, 3)), chunks=(2, 3), maxshape=most, compression="gzip")
    for i in range(200):
        out[f"many/a rather long name of a link, number {i:04}"] = i
        out["data"].attrs[f"attribute {i}"] = np.arange(i)


def image():
    with open("/proc/self/maps") as maps:
        library = ctypes.CDLL(next(line.split()[-1] for line in maps if "/libhdf5" in line and "_hl" not in line))
    for name in ("image", "image-plain"):
        access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
        access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
        if name == "image":
            assert library.H5Pset_mdc_image_config(ctypes.c_int64(access.id), ctypes.byref(CacheImage(1, True, False, -1))) >= 0
        path = os.path.join(folder, name + ".h5")
        with h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, h5py.h5p.create(h5py.h5p.FILE_CREATE), access)) as out:
            little_of_everything(out)
        with open(path, "rb") as raw:
            assert (b"MDCI" in raw.read()) == (name == "image")


layout_5()
references()
several()
image()
