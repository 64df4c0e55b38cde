"""The memory that batches are read into: fresh, or a ring that is used again."""

from __future__ import annotations

from typing import Callable, List

import numpy as np

Allocate = Callable[[int], np.ndarray]
"""Gives memory (uint8, one axis) for so many bytes."""


def fresh(length: int) -> np.ndarray:
    """Memory that the caller keeps."""
    return np.empty(length, np.uint8)


class Ring:
    """A fixed number of buffers, handed out round and round. Used by one thread."""

    def __init__(self, count: int) -> None:
        self._buffers: List[np.ndarray] = [np.empty(0, np.uint8)] * count
        self._next = 0

    def __call__(self, length: int) -> np.ndarray:
        at = self._next
        self._next = (at + 1) % len(self._buffers)
        if len(self._buffers[at]) < length:
            self._buffers[at] = np.empty(length, np.uint8)
        return self._buffers[at][:length]
