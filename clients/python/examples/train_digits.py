"""Trains a small network on handwritten digits over HTTP, with nothing but NumPy.

    dotnet run --project src/Api                     # in one terminal
    python clients/python/examples/train_digits.py   # in another
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np

import microtome

CLASSES = 10
HELD_OUT_EVERY = 5  # Rows 0, 5, 10, … are never trained on.


def initialize(random: np.random.Generator, sizes: list[int]) -> list[np.ndarray]:
    parameters = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        parameters += [random.normal(0, np.sqrt(2 / inputs), (inputs, outputs)), np.zeros(outputs)]
    return parameters


def forward(parameters: list[np.ndarray], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    w1, b1, w2, b2 = parameters
    hidden = np.maximum(x @ w1 + b1, 0)
    scores = hidden @ w2 + b2
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, odds / odds.sum(axis=1, keepdims=True)


def gradients(parameters: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> tuple[float, list[np.ndarray]]:
    hidden, probabilities = forward(parameters, x)
    loss = -np.log(probabilities[np.arange(len(y)), y] + 1e-12).mean()
    error = (probabilities - np.eye(CLASSES)[y]) / len(y)
    back = (error @ parameters[2].T) * (hidden > 0)
    return loss, [x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]


def prepare(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1) / 16.0


def train(url: str, epochs: int, seed: int) -> float:
    """Returns the share of the held-out digits that are recognized."""
    ds = microtome.open(url, "digits")
    images, labels = ds.rows(np.arange(0, len(ds), HELD_OUT_EVERY), arrays=["images", "labels"])
    held_out = prepare(images)
    parameters = initialize(np.random.default_rng(seed), [held_out.shape[1], 64, CLASSES])
    speed = [np.zeros_like(parameter) for parameter in parameters]
    accuracy, samples, begin = 0.0, 0, time.perf_counter()
    for x, y, rows in (batches := ds.batches(64, seed=seed, epochs=epochs, tail="keep", arrays=["images", "labels", "@rows"])):
        kept = rows % HELD_OUT_EVERY != 0
        loss, slopes = gradients(parameters, prepare(x[kept]), y[kept])
        for parameter, velocity, slope in zip(parameters, speed, slopes):
            velocity *= 0.9
            velocity -= 0.1 * slope
            parameter += velocity
        samples += len(rows)
        state = batches.state
        if state.step == 0:  # The next batch belongs to the next epoch.
            accuracy = float((forward(parameters, held_out)[1].argmax(axis=1) == labels).mean())
            rate = samples / (time.perf_counter() - begin)
            end = "\n" if state.epoch == epochs or not sys.stdout.isatty() else "\r"
            print(f"epoch {state.epoch:3d}/{epochs}  loss {loss:.4f}  held out {accuracy:6.1%}  {rate:9,.0f} samples/s", end=end)
    return accuracy


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--url", default="http://localhost:5080")
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--seed", type=int, default=7)
    given = options.parse_args()
    sys.exit(0 if train(given.url, given.epochs, given.seed) > 0.95 else 1)
