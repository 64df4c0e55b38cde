"""Trains a small PyTorch model on handwritten digits over HTTP, map-style and iterable, and prints samples/s.

    dotnet run --project src/Api                    # in one terminal
    python clients/python/examples/train_torch.py   # in another
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Iterable, Iterator, Tuple

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, Subset

import microtome

HELD_OUT_EVERY = 5  # Rows 0, 5, 10, … are never trained on.
Samples = Tuple[torch.Tensor, torch.Tensor]


def map_style(ds: microtome.Dataset, epochs: int, workers: int) -> Iterator[Samples]:
    """PyTorch shuffles; each batch is one request."""
    data = ds.torch(["images", "labels"])
    train = Subset(data, [row for row in range(len(data)) if row % HELD_OUT_EVERY])
    batches = BatchSampler(RandomSampler(train), batch_size=64, drop_last=False)
    for _ in range(epochs):
        yield from DataLoader(train, batch_size=None, sampler=batches, num_workers=workers)


def iterable(ds: microtome.Dataset, epochs: int, workers: int) -> Iterator[Samples]:
    """The server shuffles; the sequence is the same for any number of workers."""
    batches = ds.batches(64, seed=7, epochs=epochs, tail="keep", arrays=["images", "labels", "@rows"])
    for images, labels, rows in DataLoader(batches.torch(), batch_size=None, num_workers=workers):
        kept = rows % HELD_OUT_EVERY != 0
        yield images[kept], labels[kept]


def train(samples: Iterable[Samples]) -> Tuple[torch.nn.Module, float]:
    """The trained model, and how many samples it saw a second."""
    torch.manual_seed(7)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    count, begin = 0, time.perf_counter()
    for images, labels in samples:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images / 16), labels).backward()
        optimizer.step()
        count += len(labels)
    return model, count / (time.perf_counter() - begin)


def main(url: str, epochs: int, workers: int) -> bool:
    ds = microtome.open(url, "digits")
    images, labels = ds.torch(["images", "labels"])[np.arange(0, len(ds), HELD_OUT_EVERY)]
    passed = True
    for style in (map_style, iterable):
        model, rate = train(style(ds, epochs, workers))
        accuracy = (model(images / 16).argmax(1) == labels).float().mean().item()
        passed &= accuracy > 0.95
        print(f"{style.__name__:9s}  {workers} workers  held out {accuracy:6.1%}  {rate:9,.0f} samples/s", flush=True)
    return passed


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--url", default="http://localhost:5080")
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    sys.exit(0 if main(given.url, given.epochs, given.workers) else 1)
