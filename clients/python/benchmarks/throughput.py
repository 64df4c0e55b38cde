"""Throughput of the client on PCam-shaped batches (64 shuffled rows of 96×96×3), side by side with what it is measured against.

    dotnet build -c Release src/Api
    python clients/python/benchmarks/throughput.py

Every way runs once a round, in turn, on one server started for it. The medians over the rounds are printed, the best round (which says
more where others use the machine), and the memory of the process that reads (the largest resident set, less what it was before).
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Dict, List

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "tests")]

import microtome  # noqa: E402
from serving import Server  # noqa: E402

BATCH = 64
SEED = 7


def bare(url: str, folder: Path, steps: int) -> None:
    """The least that can be done: one request a batch, into memory made for it."""
    connection = http.client.HTTPConnection(*url.split("//")[1].split(":"))
    for step in range(steps):
        connection.request("GET", f"/v1/datasets/pcam/epochs/0/batches/{step}?batch_size={BATCH}&seed={SEED}")
        answer = connection.getresponse()
        memory = memoryview(np.empty(int(answer.headers["Content-Length"]), np.uint8))
        filled = 0
        while filled < len(memory):
            filled += answer.readinto(memory[filled:])


def client(**options: int) -> Callable[[str, Path, int], None]:
    def run(url: str, folder: Path, steps: int) -> None:
        assert sum(1 for _ in microtome.open(url, "pcam").batches(BATCH, seed=SEED, **options)) == steps

    return run


def addressed(url: str, folder: Path, steps: int) -> None:
    batches = microtome.open(url, "pcam").batches(BATCH, seed=SEED)
    for step in range(steps):
        batches.at(0, step)


def torch_iterable(workers: int) -> Callable[[str, Path, int], None]:
    def run(url: str, folder: Path, steps: int) -> None:
        from torch.utils.data import DataLoader

        data = microtome.open(url, "pcam").batches(BATCH, seed=SEED).torch()
        assert sum(1 for _ in DataLoader(data, batch_size=None, num_workers=workers)) == steps

    return run


def local_loader(url: str, folder: Path, steps: int) -> None:
    """PyTorch on the files themselves, as most people write it."""
    import torch
    from torch.utils.data import DataLoader

    class Local(torch.utils.data.Dataset):  # type: ignore[type-arg]
        def __init__(self) -> None:
            self.x = np.load(folder / "pcam_x.npy", mmap_mode="r")
            self.y = np.load(folder / "pcam_y.npy", mmap_mode="r")

        def __len__(self) -> int:
            return len(self.x)

        def __getitem__(self, row: int) -> tuple:
            return torch.from_numpy(self.x[row].copy()), int(self.y[row])

    loader = DataLoader(Local(), batch_size=BATCH, shuffle=True, num_workers=2, drop_last=True)
    assert sum(1 for _ in loader) == steps


WAYS: Dict[str, Callable[[str, Path, int], None]] = {
    "bare http.client + readinto": bare,
    "ds.batches()": client(),
    "ds.batches(look_ahead=0)": client(look_ahead=0),
    "batches.at()": addressed,
    "DataLoader over batches.torch(), 0 workers": torch_iterable(0),
    "DataLoader over batches.torch(), 2 workers": torch_iterable(2),
    "DataLoader over np.load(mmap_mode='r'), 2 workers": local_loader,
}


def measure(name: str, url: str, folder: Path, steps: int) -> "tuple[float, float]":
    """Seconds, and megabytes of memory beyond those before, in a process of its own."""
    here, there = multiprocessing.get_context("fork").Pipe()

    def work() -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begin = time.perf_counter()
        WAYS[name](url, folder, steps)
        there.send((time.perf_counter() - begin, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    result = here.recv()
    process.join()
    return result


def main(rows: int, rounds: int) -> None:
    import torch.utils.data  # noqa: F401  Before the processes fork, so that none of them is measured importing it.

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        random = np.random.default_rng(0)
        np.save(folder / "pcam_x.npy", random.integers(0, 256, (rows, 96, 96, 3), dtype=np.uint8))
        np.save(folder / "pcam_y.npy", random.integers(0, 2, rows, dtype=np.uint8))
        server = Server(folder).start()
        try:
            results: Dict[str, List["tuple[float, float]"]] = {way: [] for way in WAYS}
            for _ in range(rounds):
                for way in WAYS:
                    results[way].append(measure(way, server.url, folder, rows // BATCH))
        finally:
            server.kill()
    bare_rate = bare_best = 0.0
    for way, pairs in results.items():
        rate = rows // BATCH / statistics.median(seconds for seconds, _ in pairs)
        best = rows // BATCH / min(seconds for seconds, _ in pairs)
        bare_rate, bare_best = bare_rate or rate, bare_best or best
        memory = statistics.median(megabytes for _, megabytes in pairs)
        print(
            f"{way:50s} {rate:7.0f} batches/s  {rate * BATCH * 27649 / 1e9:5.2f} GB/s  {rate / bare_rate:5.2f} of bare  "
            f"best {best:7.0f}, {best / bare_best:5.2f} of bare  +{memory:.0f} MB"
        )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=16384)
    options.add_argument("--rounds", type=int, default=9)
    given = options.parse_args()
    main(given.rows, given.rounds)
