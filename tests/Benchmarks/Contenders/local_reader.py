"""Reads batches of random rows in this process: local_reader.py (numpy|h5py) FILE BATCH_ROWS SECONDS; prints batches, seconds, processor seconds and ms a batch."""
import sys
import time

import numpy as np

kind, path, batch, span = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
if kind == "numpy":
    data = np.load(path, mmap_mode="r")
else:
    import h5py

    data = h5py.File(path, "r")["data"]
out = np.empty((batch,) + data.shape[1:], data.dtype)
random = np.random.default_rng(7)
times = []
started, cpu = time.perf_counter(), time.process_time()
while time.perf_counter() - started < span:
    asked = time.perf_counter()
    rows = random.integers(0, len(data), batch)
    if kind == "numpy":
        np.take(data, rows, axis=0, out=out)
    else:
        for slot, row in enumerate(rows):
            data.read_direct(out, np.s_[row], np.s_[slot])
    times.append((time.perf_counter() - asked) * 1000)
print(len(times), time.perf_counter() - started, time.process_time() - cpu)
print(*times)
