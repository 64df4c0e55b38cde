"""Writes down what h5py finds in HDF5 files, in the form of the corpus' manifest, so that the same test reads both.

Usage: manifest.py FOLDER. Reads FOLDER/files (with its sub-folders), writes FOLDER/manifest.json.
Digests: "raw" for numbers (little-endian, C order), "json1" for all else, "filebytes_sha256" of the elements as stored.
"""
import hashlib
import json
import os
import sys

import h5py
import numpy as np
from h5py import h5a, h5d, h5o, h5r, h5s, h5t, h5z

CLASSES = {
    h5t.INTEGER: "integer", h5t.FLOAT: "float", h5t.TIME: "time", h5t.STRING: "string", h5t.BITFIELD: "bitfield",
    h5t.OPAQUE: "opaque", h5t.COMPOUND: "compound", h5t.REFERENCE: "reference", h5t.ENUM: "enum", h5t.VLEN: "vlen", h5t.ARRAY: "array",
}
MOST_BYTES = 3 << 20
LAYOUTS = {h5d.COMPACT: "compact", h5d.CONTIGUOUS: "contiguous", h5d.CHUNKED: "chunked", 3: "virtual"}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def is_complex(kind):
    return kind.get_class() == h5t.COMPOUND and np.dtype(kind.dtype).kind == "c"


def is_number(kind):
    of = kind.get_class()
    if of == h5t.ARRAY:
        return is_number(kind.get_super())
    return of in (h5t.INTEGER, h5t.FLOAT, h5t.ENUM, h5t.BITFIELD) or is_complex(kind)


def has_heap_parts(kind):
    of = kind.get_class()
    if of == h5t.ARRAY:
        return has_heap_parts(kind.get_super())
    if of == h5t.COMPOUND:
        return any(has_heap_parts(kind.get_member_type(i)) for i in range(kind.get_nmembers()))
    return of in (h5t.VLEN, h5t.REFERENCE) or (of == h5t.STRING and kind.is_variable_str())


def little(array):
    array = np.asarray(array)
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


def text_of(kind, value):
    value = bytes(value) if not isinstance(value, str) else value.encode("utf-8", "surrogateescape")
    if kind.is_variable_str():
        return value
    padding = kind.get_strpad()
    if padding == h5t.STR_NULLTERM:
        return value.split(b"\0", 1)[0]
    return value.rstrip(b" ") if padding == h5t.STR_SPACEPAD else value.rstrip(b"\0")


def json1(kind, value, where):
    """One element of a type as JSON can say it."""
    of = kind.get_class()
    if is_complex(kind):
        part = np.asarray(value)
        return ["f:" + little(part.real).hex(), "f:" + little(part.imag).hex()]
    if of in (h5t.INTEGER, h5t.ENUM, h5t.BITFIELD):
        return int(value)
    if of == h5t.FLOAT:
        return "f:" + little(value).hex()
    if of == h5t.STRING:
        return "s:" + ("" if isinstance(value, int) else text_of(kind, value).hex())
    if of == h5t.VLEN:
        base = kind.get_super()
        return [json1(base, item, where) for item in value]
    if of == h5t.ARRAY:
        base = kind.get_super()
        dims = len(kind.get_array_dims())
        value = np.asarray(value)
        value = value.reshape((-1,) + value.shape[dims:])
        return [json1(base, item, where) for item in value]
    if of == h5t.COMPOUND:
        names = [kind.get_member_name(i).decode("utf-8", "surrogateescape") for i in range(kind.get_nmembers())]
        return [json1(kind.get_member_type(i), value[name], where) for i, name in enumerate(names)]
    if of == h5t.OPAQUE:
        return "o:" + np.void(value).tobytes().hex()
    if isinstance(value, h5py.RegionReference):
        if not value:
            return "R:0"
        space = h5r.get_region(value, where.id)
        return f"R:{address_of(h5r.dereference(value, where.id))}:{space.get_select_npoints()}"
    if isinstance(value, h5py.Reference):
        return f"r:{address_of(h5r.dereference(value, where.id)) if value else 0}"
    raise TypeError(f"no way to say {value!r}")


def address_of(identifier):
    return h5o.get_info(identifier).addr


def digest(kind, shape, value, where):
    """Scheme and digest of a whole value."""
    if is_number(kind):
        return "raw", sha(little(value))
    rank = len(shape)
    if rank == 0:
        items = [value]
    else:
        items = value.reshape((-1,) + value.shape[rank:])
    found = [json1(kind, item[()] if isinstance(item, np.ndarray) and item.shape == () else item, where) for item in items]
    return "json1", sha(json.dumps(found, separators=(",", ":")).encode("ascii"))


def describe_attributes(found):
    described = {}
    for name in found.attrs:
        try:
            attribute = h5a.open(found.id, name.encode("utf-8", "surrogateescape"))
            kind = attribute.get_type()
            entry = {"type_class": CLASSES[kind.get_class()], "shape": list(attribute.shape or ())}
            if attribute.get_space().get_simple_extent_type() == h5s.NULL:
                described[name] = {**entry, "scheme": "json1", "sha256": sha(b"null")}
                continue
            dtype = attribute.dtype
            inner = dtype.subdtype
            value = np.zeros(attribute.shape, dtype)
            attribute.read(value, mtype=h5t.py_create(dtype) if inner else None)
            entry["scheme"], entry["sha256"] = digest(kind, attribute.shape, value[()] if value.shape == () else value, found)
            described[name] = entry
        except Exception as error:
            described[name] = {"error": f"{type(error).__name__}: {error}"}
    return described


def describe_dataset(found):
    kind = found.id.get_type()
    plist = found.id.get_create_plist()
    layout = LAYOUTS[plist.get_layout()]
    entry = {
        "kind": "dataset", "dtype": str(found.dtype), "shape": list(found.shape or ()), "layout": layout, "offset": found.id.get_offset(),
        "filters": [[plist.get_filter(i)[0]] for i in range(plist.get_nfilters())], "type_class": CLASSES[kind.get_class()],
        "maxshape": list(found.maxshape or ()),
    }
    if found.id.get_space().get_simple_extent_type() == h5s.NULL:
        return {**entry, "scheme": "json1", "sha256": sha(b"null")}
    if found.size * kind.get_size() > MOST_BYTES:
        return entry
    try:
        entry["scheme"], entry["sha256"] = digest(kind, found.shape, found[()], found)
    except Exception as error:
        return {**entry, "unreadable": f"{type(error).__name__}: {error}", "scheme": "raw" if is_number(kind) else "json1"}
    if not has_heap_parts(kind):
        stored = np.zeros(max(1, found.size * kind.get_size()), "u1")
        if found.size:
            found.id.read(h5s.ALL, h5s.ALL, stored, kind)
        entry["filebytes_sha256"] = sha(stored[:found.size * kind.get_size()].tobytes())
    return entry


def describe_file(path):
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        return {"open_error": str(error)}
    objects = {}
    with file:
        pending = ["/"]
        seen = set()
        while pending:
            at = pending.pop()
            try:
                found = file[at]
                if isinstance(found, h5py.Datatype):
                    entry = {"kind": "datatype"}
                elif isinstance(found, h5py.Dataset):
                    entry = describe_dataset(found)
                else:
                    entry = {"kind": "group"}
                    if address_of(found.id) not in seen:
                        seen.add(address_of(found.id))
                        pending += [at.rstrip("/") + "/" + name for name in found]
                entry["attrs"] = describe_attributes(found)
            except Exception as error:
                entry = {"error": f"{type(error).__name__}: {error}"}
            objects[at] = entry
    return {"objects": objects}


def main():
    folder = sys.argv[1]
    root = os.path.join(folder, "files")
    files = {}
    for where, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(where, name)
            files[os.path.relpath(path, root)] = describe_file(path)
    with open(os.path.join(folder, "manifest.json"), "w") as out:
        out.write(json.dumps({"files": files}))


main()
