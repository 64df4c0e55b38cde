"""Writes HDF5 files that differ in their structures rather than in their data, and beside them what h5py finds in each.

Usage: structures.py FOLDER. FOLDER gets a few .h5 files and listing.txt, one line for each thing found, separated by tabs:
D file path dtype shape hex (a dataset), A file path name dtype shape hex (a numeric attribute), S file path name hex (a text).
"""
import ctypes
import ctypes.util
import glob
import os
import sys

import h5py
import numpy as np

folder = sys.argv[1]
random = np.random.default_rng(11)
lines = []

# What h5py has no words for is said to the library that it has loaded.
libraries = glob.glob("/usr/lib/*/libhdf5_serial.so.*") + [ctypes.util.find_library("hdf5")]
library = ctypes.CDLL(next(path for path in libraries if path)) if any(libraries) else None


def create(name, version="earliest", settings=None):
    """A new file, with a file creation property list that `settings` may change."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    bound = h5py.h5f.LIBVER_EARLIEST if version == "earliest" else h5py.h5f.LIBVER_LATEST
    access.set_libver_bounds(bound, h5py.h5f.LIBVER_LATEST)
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    if settings:
        settings(creation)
    return h5py.File(h5py.h5f.create(os.path.join(folder, name).encode(), h5py.h5f.ACC_TRUNC, creation, access))


def fill(out):
    """A little of everything."""
    for i in range(3):
        group = out.create_group(f"group{i}")
        for k in range(20):
            group.create_dataset(f"data{k:03}", data=np.arange(k + 1, dtype="<i4"))
        group.attrs["number"] = np.float64(i)
    rows = out.create_dataset("rows", (50, 3), ">f4", chunks=(3, 2), maxshape=(None, 3), compression="gzip")
    rows[...] = random.normal(size=(50, 3))
    rows.attrs["text"] = "größer"
    rows.attrs["many"] = np.arange(12, dtype=">u2").reshape(3, 4)


def listing(name):
    with h5py.File(os.path.join(folder, name), "r") as done:
        def visit(path, found):
            path = "/" + path.strip("/")
            for key in found.attrs:
                value = found.attrs[key]
                if isinstance(value, str):
                    lines.append("\t".join(["S", name, path, key, value.encode().hex()]))
                else:
                    value = np.asarray(value)
                    value = value.astype(value.dtype.newbyteorder("<"))
                    shape = ",".join(str(n) for n in value.shape)
                    lines.append("\t".join(["A", name, path, key, value.dtype.str, shape, value.tobytes().hex()]))
            if isinstance(found, h5py.Dataset) and not found.dtype.names:
                value = np.asarray(found[()])
                value = value.astype(value.dtype.newbyteorder("<"))
                shape = ",".join(str(n) for n in value.shape)
                lines.append("\t".join(["D", name, path, value.dtype.str, shape, value.tobytes().hex()]))
        visit("", done)
        done.visititems(visit)


def simple(name, *arguments):
    with create(name, *arguments) as out:
        fill(out)
    listing(name)


simple("v0.h5")
simple("v3.h5", "latest")
simple("userblock.h5", "earliest", lambda creation: creation.set_userblock(2048))
simple("sizes-4.h5", "earliest", lambda creation: creation.set_sizes(4, 4))
simple("sizes-4-8.h5", "latest", lambda creation: creation.set_sizes(4, 8))
# Many links and attributes: dense storage, deep B-trees, huge and tiny heap objects.
for version in ("earliest", "latest"):
    name = f"dense-{version}.h5"
    with create(name, version) as out:
        for track in (False, True):
            group = out.create_group(f"track-{track}", track_order=track)
            for i in range(1500):
                group.create_dataset(f"{random.integers(1 << 30):x}-{'n' * int(random.integers(0, 60))}-{i}", data=np.int32(i))
            data = group.create_dataset("attributes", data=np.arange(3), track_order=track)
            for i in range(300 if version == "latest" else 30):
                data.attrs[f"a{i}"] = np.arange(int(random.integers(1, 40)), dtype="<i8")
            if version == "latest":
                for i in range(5):
                    data.attrs[f"huge{i}"] = random.integers(0, 255, 70000 + i, dtype="u1")
    listing(name)

# Messages that the file keeps once, for all objects that have the same.
if library is not None:
    simple("small-nodes.h5", "earliest", lambda creation: library.H5Pset_sym_k(ctypes.c_int64(creation.id), ctypes.c_uint(2), ctypes.c_uint(2)))
    simple("version-1.h5", "earliest", lambda creation: library.H5Pset_istore_k(ctypes.c_int64(creation.id), ctypes.c_uint(3)))
    simple("k-extension.h5", "latest", lambda creation: library.H5Pset_istore_k(ctypes.c_int64(creation.id), ctypes.c_uint(3)))

    def share(creation):
        library.H5Pset_shared_mesg_nindexes(ctypes.c_int64(creation.id), ctypes.c_uint(2))
        library.H5Pset_shared_mesg_index(ctypes.c_int64(creation.id), ctypes.c_uint(0), ctypes.c_uint(0x082a), ctypes.c_uint(8))
        library.H5Pset_shared_mesg_index(ctypes.c_int64(creation.id), ctypes.c_uint(1), ctypes.c_uint(0x1000), ctypes.c_uint(8))
    for version in ("earliest", "latest"):
        simple(f"shared-{version}.h5", version, share)

# Committed types, links of all kinds.
for version in ("earliest", "latest"):
    name = f"links-{version}.h5"
    with create(name, version) as out:
        out["kind"] = np.dtype(">i8")
        out.create_dataset("b/typed", (4,), out["kind"])[...] = [1, 2, 3, 4]
        out["b/typed"].attrs.create("same", [5, 6], dtype=out["kind"])
        out["a"] = out["b/typed"]
        out["b/again"] = h5py.SoftLink("../b/typed")
        out["b/here"] = h5py.SoftLink("typed")
        out["c"] = h5py.SoftLink("/b/typed")
        out["b/up"] = out["/"]
        out["b/round"] = h5py.SoftLink("/b/round")
        out["gone"] = h5py.SoftLink("/nowhere/x")
        out["n" * 5000] = 1
        out["far"] = h5py.ExternalLink("other.h5", "/x")
        out["x"] = h5py.SoftLink("y")
        out["y"] = h5py.SoftLink("b")
        out.create_dataset("texts/fixed", data=np.array([b"ab", b"c", b""], "S3"))
        out.create_dataset("texts/variable", data=["äö", "", "xyz" * 50], dtype=h5py.string_dtype())
        out.create_dataset("texts/grid", data=np.array([[b"a", b"b"], [b"c", b"d"], [b"e", b"f"]], "S1"), chunks=(2, 1))
        members = np.dtype([("n", "<i4"), ("in", [("fixed", "S6"), ("variable", h5py.string_dtype())])])
        rows = np.array([(i, (b"row %d" % i, "ö" * i)) for i in range(7)], members)
        out.create_dataset("texts/members", data=rows, chunks=(3,), compression="gzip")
        external = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        external.set_external(b"elsewhere.bin", 0, 64)
        h5py.h5d.create(out.id, b"external", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((8,)), external)
        if version == "latest":
            layout = h5py.VirtualLayout((4,), "<i4")
            layout[...] = h5py.VirtualSource("other.h5", "x", (4,))
            out.create_virtual_dataset("virtual", layout)

with open(os.path.join(folder, "listing.txt"), "w") as out:
    out.write("\n".join(lines))
