"""Cats against dogs: 23,262 photographs of 500×375, split 70/15/15 by class, resized to 150×150, as floats, ready to train on.

Reading them all to do that takes 13 GB for the photographs alone, and more for the floats. Here the server does it, in bounded memory:
each part becomes a dataset of its own, and no photograph is ever held here.

    python clients/python/examples/cats_vs_dogs.py --scale 0.1

The photographs are made up (their number and shape are not); a scale of 1 takes 13 GB of disk, and 6 GB for what is made of them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, Tuple

import numpy as np
from own_server import own_server

import microtome

PHOTOGRAPHS = 23_262
HEIGHT, WIDTH, SIDE = 375, 500, 150
PARTS = {"train": 0.7, "val": 0.15, "test": 0.15}
READY = f"resize({SIDE},{SIDE},area)|cast(f4)|div(255)"
SEED = 7


def make_photographs(folder: Path, count: int) -> None:
    """Blurred blotches of random colours, 25 pixels wide; every other one is a dog. Written a block at a time."""
    random = np.random.default_rng(SEED)
    images = np.lib.format.open_memmap(folder / "pets_images.npy", "w+", np.uint8, (count, HEIGHT, WIDTH, 3))
    for start in range(0, count, 256):
        small = random.integers(0, 256, (min(256, count - start), HEIGHT // 25, WIDTH // 25, 3), dtype=np.uint8)
        images[start : start + 256] = small.repeat(25, axis=1).repeat(25, axis=2)
    images.flush()
    np.save(folder / "pets_labels.npy", random.permutation(np.arange(count) % 2).astype(np.uint8))


def prepare(pets: microtome.Dataset) -> Tuple[Dict[str, microtome.Dataset], int]:
    """The parts as datasets of their own, and the most memory that the server took meanwhile, in bytes."""
    made, peak = {}, 0
    for name, part in zip(PARTS, pets.split(*PARTS.values(), by="labels", seed=SEED)):
        job = part.transform(images=READY).materialize(f"pets-{name}", wait=False)
        made[name] = job.wait()
        peak = max(peak, job.peak_memory or 0)
        print(f"pets-{name}: {len(part):,} photographs, of each class {part.classes('labels')}", flush=True)
    return made, peak


def check(pets: microtome.Dataset, made: Dict[str, microtome.Dataset]) -> None:
    """Every photograph is in one part, and what was made of it is what the server says now."""
    parts = pets.split(*PARTS.values(), by="labels", seed=SEED)
    assert sorted(np.concatenate([part.row_numbers() for part in parts])) == list(range(len(pets)))
    for part, ready in zip(parts, made.values()):
        assert ready["images"].shape == (len(part), SIDE, SIDE, 3) and ready["images"].dtype == np.float32
        some = np.random.default_rng(SEED).integers(0, len(part), 8)
        assert np.array_equal(ready["images"][some], part.transform(images=READY)["images"][some])
        assert np.array_equal(ready["labels"][some], part["labels"][some])


def main(url: str, count: int) -> None:
    pets = microtome.open(url, "pets")
    begin = time.perf_counter()
    made, peak = prepare(pets)
    seconds = time.perf_counter() - begin
    check(pets, made)
    begin = time.perf_counter()
    seen = sum(len(labels) for _, labels in made["train"].batches(64, seed=SEED, tail="keep", bar=None))
    rate = seen / (time.perf_counter() - begin)
    stored, floats = count * HEIGHT * WIDTH * 3, count * SIDE * SIDE * 3 * 4
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << (10 if sys.platform != "darwin" else 0)
    print(f"prepared {count:,} photographs in {seconds:.0f} s; trained on {rate:,.0f} samples/s")
    print(f"the server's peak memory {peak / 1e6:,.0f} MB, this program's {own / 1e6:,.0f} MB")
    print(f"loading everything would take {(stored + 2 * floats) / 1e6:,.0f} MB: photographs, floats, and the parts copied out of them")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", type=float, default=0.01, help="of 23,262 photographs")
    options.add_argument("--folder", help="where there is room for them (default: the folder for temporary files)")
    options.add_argument("--server", help="a built Microtome.Api.dll (default: dotnet run)")
    options.add_argument("--url", help="a server that has the dataset pets already; nothing is made or started then")
    given = options.parse_args()
    if given.url:
        main(given.url, len(microtome.open(given.url, "pets")))
    else:
        with tempfile.TemporaryDirectory(prefix="pets-", dir=given.folder) as name:
            data = Path(name) / "data"
            data.mkdir()
            maker = multiprocessing.Process(target=make_photographs, args=(data, round(PHOTOGRAPHS * given.scale)))  # Its memory is not this program's.
            maker.start()
            maker.join()
            with own_server(data, given.server) as started:
                main(started, round(PHOTOGRAPHS * given.scale))
