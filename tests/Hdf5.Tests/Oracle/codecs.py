"""Writes chunks packed by the codecs that libhdf5 does not have itself, each dataset twice: under /coded and, plain, under /plain.

Usage: codecs.py FILE. The codecs are the system's libraries (lz4, zstd, blosc); the framing around them is that of the
registered filters 32001, 32004, 32008 and 32015. The file says in its attribute `codecs` which were there.
"""
import ctypes
import ctypes.util
import itertools
import struct
import sys

import h5py
import numpy as np

random = np.random.default_rng(9)
OPTIONAL = 1


def load(name):
    found = ctypes.util.find_library(name)
    return ctypes.CDLL(found) if found else None


lz4, zstd, blosc = load("lz4"), load("zstd"), load("blosc")


def pack_lz4(data):
    out = ctypes.create_string_buffer(lz4.LZ4_compressBound(len(data)))
    length = lz4.LZ4_compress_default(data, out, len(data), len(out))
    return out.raw[:length]


def pack_zstd(data, level=3):
    zstd.ZSTD_compressBound.restype = zstd.ZSTD_compress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(zstd.ZSTD_compressBound(ctypes.c_size_t(len(data))))
    length = zstd.ZSTD_compress(out, ctypes.c_size_t(len(out)), data, ctypes.c_size_t(len(data)), level)
    return out.raw[:length]


def pack_blosc(data, size, name, shuffle, level=5):
    out = ctypes.create_string_buffer(len(data) + 16)
    length = blosc.blosc_compress_ctx(level, shuffle, ctypes.c_size_t(size), ctypes.c_size_t(len(data)), data, out, ctypes.c_size_t(len(out)), name, ctypes.c_size_t(0), 1)
    assert length > 0, name
    return out.raw[:length]


def frame_lz4(data, block):
    """Plain size, block size, then each block's size and bytes; a block that does not shrink stays plain."""
    out = [struct.pack(">QI", len(data), block)]
    for at in range(0, len(data), block):
        plain = data[at:at + block]
        packed = pack_lz4(plain)
        packed = plain if len(packed) >= len(plain) else packed
        out += [struct.pack(">I", len(packed)), packed]
    return b"".join(out)


def turn_bits(block, size):
    """All lowest bits of the elements' first bytes, eight elements a byte, then the next bits, and so on."""
    bits = np.unpackbits(np.frombuffer(block, "u1").reshape(-1, size), axis=1, bitorder="little")
    return np.packbits(bits.T, axis=1, bitorder="little").tobytes()


def frame_bits(data, size, block, pack):
    """Whole groups of eight elements block by block, what is left as it is."""
    if block == 0:
        block = max(8192 // size // 8 * 8, 128)
    count = len(data) // size // 8 * 8
    out = [struct.pack(">QI", len(data), block * size)] if pack else []
    for at in range(0, count, block):
        turned = turn_bits(data[at * size:min(at + block, count) * size], size)
        packed = pack(turned) if pack else turned
        out += [struct.pack(">I", len(packed)), packed] if pack else [packed]
    return b"".join(out) + data[count * size:]


def write(out, name, data, chunk, number, parameters, encode, shuffle=False):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((chunk,))
    if shuffle:
        plist.set_shuffle()
    # libhdf5 lets an optional filter be named that it does not have.
    plist.set_filter(number, OPTIONAL, parameters)
    links = h5py.h5p.create(h5py.h5p.LINK_CREATE)
    links.set_create_intermediate_group(True)
    made = h5py.h5d.create(out.id, f"coded/{name}".encode(), h5py.h5t.py_create(data.dtype), h5py.h5s.create_simple(data.shape), plist, lcpl=links)
    for at in range(0, len(data), chunk):
        piece = np.zeros(chunk, data.dtype)
        piece[:len(data[at:at + chunk])] = data[at:at + chunk]
        plain = piece.tobytes()
        if shuffle:
            plain = np.frombuffer(plain, "u1").reshape(chunk, -1).T.tobytes()
        made.write_direct_chunk((at,), encode(plain))
    out[f"plain/{name}"] = data


with h5py.File(sys.argv[1], "w") as out:
    out.attrs["codecs"] = " ".join(name for name, found in (("lz4", lz4), ("zstd", zstd), ("blosc", blosc)) if found)
    for kind, what, chunk in itertools.product(("|u1", "<i2", ">i4", "<f8", "|V3", "<c16"), ("soft", "noise"), (8, 17, 1003)):
        size = np.dtype(kind).itemsize
        raw = random.integers(0, 256 if what == "noise" else 7, 2500 * size).astype("u1")
        data = (np.sort(raw.reshape(-1, 25), axis=1).ravel() if what == "soft" else raw).view(kind)
        data = data[:5 * chunk // 2]
        name = f"{kind.strip('<>|')}-{what}-{chunk}"
        if lz4:
            for block in (16, 1000, 1 << 30):
                write(out, f"lz4/{name}-{block}", data, chunk, 32004, (block,), lambda plain: frame_lz4(plain, block))
            write(out, f"shuffle-lz4/{name}", data, chunk, 32004, (0,), lambda plain: frame_lz4(plain, 4096), shuffle=True)
        packers = {0: None, 2: pack_lz4 if lz4 else 0, 3: pack_zstd if zstd else 0}
        for block, (number, pack) in itertools.product((0, 8, 64), packers.items()):
            if pack != 0:
                write(out, f"bits/{name}-{block}-{number}", data, chunk, 32008, (0, 4, size, block, number), lambda plain: frame_bits(plain, size, block, pack))
        if zstd:
            write(out, f"zstd/{name}", data, chunk, 32015, (3,), pack_zstd)
        if blosc:
            for codec, shuffle in itertools.product((b"blosclz", b"lz4", b"lz4hc", b"zlib", b"zstd", b"snappy"), (0, 1, 2)):
                if blosc.blosc_compname_to_compcode(codec) >= 0:
                    write(out, f"blosc/{name}-{codec.decode()}-{shuffle}", data, chunk, 32001, (2, 2, size, chunk * size, 5, shuffle, 0),
                          lambda plain: pack_blosc(plain, size, codec, shuffle))
