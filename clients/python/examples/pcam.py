"""PCam: 262,144 patches of tissue, 96×96. Exact duplicates and patches that are almost black or almost white are dropped, and the rest
is split into halves by class: the cleaning that one does with everything in memory, done where the data is.

    python clients/python/examples/pcam.py --scale 0.1

The patches are made up, with known duplicates and blank ones among them, so that the program can say whether it found them all. A
scale of 1 takes 7 GB of disk.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from own_server import own_server

import microtome

PATCHES = 262_144
ROW = (96, 96, 3)
DARK, BRIGHT = 10, 245
SEED = 7


def choose_kept(count: int) -> "tuple[np.ndarray, np.ndarray]":
    """What is planted: of which patch each is a copy (itself, mostly), and which patches are blank (1 dark, 2 bright)."""
    random = np.random.default_rng(SEED)
    source = np.arange(count)
    copies = random.choice(np.arange(1, count), count // 50, replace=False)
    source[copies] = random.integers(0, copies)  # An earlier one, which may be a copy itself.
    for row in np.sort(copies):
        source[row] = source[source[row]]
    blank = np.where(random.random(count) < 0.02, random.integers(1, 3, count), 0)
    return source, blank[source]


def make_patches(folder: Path, count: int) -> None:
    """As PCam's own files: x (n, 96, 96, 3) and y (n, 1, 1, 1), bytes. Each patch follows from the number of its original."""
    source, blank = choose_kept(count)
    x = np.lib.format.open_memmap(folder / "pcam_x.npy", "w+", np.uint8, (count, *ROW))
    for row in range(count):
        patch = np.random.Generator(np.random.SFC64(int(source[row]))).integers(0, 256, ROW, dtype=np.uint8)
        x[row] = patch if blank[row] == 0 else patch // 64 if blank[row] == 1 else 255 - patch // 64
    x.flush()
    np.save(folder / "pcam_y.npy", np.random.default_rng(SEED).integers(0, 2, (count, 1, 1, 1)).astype(np.uint8))


def main(url: str, count: int) -> None:
    patches = microtome.open(url, "pcam")
    begin = time.perf_counter()
    job = patches.profile(["x"], wait=False)
    profiled = job.wait()
    seconds = time.perf_counter() - begin
    clean = patches.unique("x").where(f"x.mean > {DARK} and x.mean < {BRIGHT}")
    halves = clean.split(0.5, 0.5, by="y", seed=SEED)
    rows = [half.row_numbers() for half in halves]

    source, blank = choose_kept(count)
    expected = np.flatnonzero((source == np.arange(count)) & (blank == 0))
    assert np.array_equal(np.sort(np.concatenate(rows)), expected), "the server dropped others than were planted"
    print(f"{count:,} patches: {count - len(patches.unique('x')):,} duplicates and {len(patches.unique('x')) - len(clean):,} blank ones dropped")
    for name, half in zip(("first", "second"), halves):
        print(f"{name} half: {len(half):,} patches, of each class {half.classes('y')}")
    channels = profiled.statistics["x"].get("channels") or []
    print(f"mean and deviation by channel: {', '.join(str(channel) for channel in channels)}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << (10 if sys.platform != "darwin" else 0)
    stored = count * int(np.prod(ROW))
    print(f"profiled in {seconds:.0f} s")
    print(f"the server's peak memory {(job.peak_memory or 0) / 1e6:,.0f} MB, this program's {own / 1e6:,.0f} MB")
    print(f"loading everything would take {3 * stored / 1e6:,.0f} MB: the patches, the clean ones, and the halves copied out of them")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", type=float, default=0.01, help="of 262,144 patches")
    options.add_argument("--folder", help="where there is room for them (default: the folder for temporary files)")
    options.add_argument("--server", help="a built Microtome.Api.dll (default: dotnet run)")
    options.add_argument("--url", help="a server that has the dataset pcam of this program already; nothing is made or started then")
    given = options.parse_args()
    if given.url:
        main(given.url, len(microtome.open(given.url, "pcam")))
    else:
        with tempfile.TemporaryDirectory(prefix="pcam-", dir=given.folder) as name:
            data = Path(name) / "data"
            data.mkdir()
            maker = multiprocessing.Process(target=make_patches, args=(data, round(PATCHES * given.scale)))  # Its memory is not this program's.
            maker.start()
            maker.join()
            with own_server(data, given.server) as started:
                main(started, round(PATCHES * given.scale))
