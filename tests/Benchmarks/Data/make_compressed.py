"""Makes one array twice, of pictures that compress as real ones do: make_compressed.py NPY H5 ROWS SIDE CHUNK_ROWS (gzip 4 and shuffle in the HDF5 file)."""
import sys

import h5py
import numpy as np

npy, h5, rows, side, chunk = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
random = np.random.default_rng(1)
plain = np.lib.format.open_memmap(npy, "w+", "u1", (rows, side, side, 3))
with h5py.File(h5, "w") as file:
    packed = file.create_dataset("data", plain.shape, "u1", chunks=(chunk, side, side, 3), compression="gzip", compression_opts=4, shuffle=True)
    for start in range(0, rows, chunk):
        count = min(chunk, rows - start)
        coarse = random.integers(0, 248, (count, side // 8, side // 8, 3)).repeat(8, 1).repeat(8, 2)
        block = (coarse + random.integers(0, 8, (count, side, side, 3))).astype("u1")
        plain[start:start + count] = block
        packed[start:start + count] = block
