"""Which epochs are asked for, and how they are cut: all that shapes the sequence of batches, and nothing else."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass, replace
from typing import Any, List, Optional, Tuple

import numpy as np

from .reading import Reading
from .requests import Request, dataset_path

_TAILS = ("drop", "keep", "pad")
_ORDERS = re.compile(r"sequential|perm\.v1|window\.v1:[1-9][0-9]*")


def versioned_order(order: str) -> str:
    """The name of the algorithm that an order means: `shuffle` is `perm.v1`, `window:16` is `window.v1:16`."""
    name = "perm.v1" if order == "shuffle" else re.sub(r"^window:", "window.v1:", order)
    if not _ORDERS.fullmatch(name):
        raise ValueError(f"order is 'shuffle', 'sequential' or 'window:W' (W chunks), not {order!r}")
    return name


def _whole(name: str, value: Any) -> Optional[int]:
    """An integer of any kind as Python's own: 2.5 rows or the seed "7" are mistakes, not something to be rounded or parsed."""
    if value is None and name in ("batch_size", "per_rank", "epochs"):
        return None
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} is an integer, not {value!r}")
    return operator.index(value)


@dataclass(frozen=True)
class EpochPlan:
    """Immutable. A step is a global batch; a rank receives its slice of it, and every rank has the same steps."""

    dataset: str
    version: str
    reading: Reading
    batch_size: Optional[int]
    per_rank: Optional[int]
    seed: int
    epoch: int
    epochs: Optional[int]
    order: str
    tail: str
    view: str
    rank: int
    world_size: int
    has_complex: bool = False
    """Whether complex numbers are among the arrays: they come as npz, a request a step."""

    def __post_init__(self) -> None:
        for name in ("batch_size", "per_rank", "seed", "epoch", "epochs", "rank", "world_size"):
            object.__setattr__(self, name, _whole(name, getattr(self, name)))
        if (self.batch_size if self.per_rank is None else self.per_rank or 0) < 1:  # type: ignore[operator]
            raise ValueError("a batch has at least one row")
        if not 0 <= self.rank < self.world_size:
            raise ValueError(f"rank is 0 to world_size - 1; {self.rank} of {self.world_size} is not")
        if self.tail not in _TAILS:
            raise ValueError(f"tail is 'drop', 'keep' or 'pad', not {self.tail!r}")
        if not 0 <= self.seed < 1 << 64:
            raise ValueError("seed is 0 to 2**64 - 1")
        if self.epoch < 0 or (self.epochs is not None and self.epochs < 0):
            raise ValueError("epoch and epochs are not negative")
        object.__setattr__(self, "order", versioned_order(self.order))

    @property
    def global_batch(self) -> int:
        """Rows of a batch over all ranks."""
        return self.batch_size if self.per_rank is None else self.per_rank * self.world_size  # type: ignore[return-value]

    @property
    def most_rows(self) -> int:
        """Rows that this rank receives of a batch, at most."""
        return -(-self.global_batch // self.world_size)

    @property
    def rows_received(self) -> Optional[int]:
        """Rows of each batch that this rank receives; None where the last one may be shorter."""
        if self.tail == "keep":
            return None
        return (self.rank + 1) * self.global_batch // self.world_size - self.rank * self.global_batch // self.world_size

    @property
    def names(self) -> Tuple[str, ...]:
        """What a batch consists of, in order: padding comes with its mask."""
        arrays = self.reading.arrays
        return arrays if self.tail != "pad" or "@valid" in arrays else (*arrays, "@valid")

    @property
    def end(self) -> Optional[int]:
        """The number of the first epoch that is not asked for; None for ever."""
        return None if self.epochs is None else self.epoch + self.epochs

    def progress(self, spec: "Optional[BatchSpec]", epoch: int, step: int) -> Tuple[int, Optional[int], str]:
        """How far a loop is before this step: batches done, of how many (None for ever), and the epoch in words."""
        steps = spec.steps if spec is not None else 0
        total = None if self.epochs is None else self.epochs * steps
        return (epoch - self.epoch) * steps + step, total, f"epoch {epoch}"

    def for_rank(self, rank: int, world_size: int) -> "EpochPlan":
        return replace(self, rank=rank, world_size=world_size)

    def stream(self, epoch: int, start: int, stop: Optional[int] = None, accept: str = "*/*") -> Request:
        """Steps one after the other; `stop=start` asks for the description alone."""
        return Request.get(self._path(epoch, "stream"), [*self._parameters(), ("start", start), ("stop", stop)], accept)

    def batch(self, epoch: int, step: int) -> Request:
        return Request.get(self._path(epoch, "batches", step), [*self._parameters(), ("format", "npz" if self.has_complex else "safetensors")])

    def forecast(self, epoch: int) -> Request:
        """`plan`: steps, rows and bytes of an epoch, without data."""
        return Request.get(self._path(epoch, "plan"), self._parameters())

    def _path(self, epoch: int, *rest: object) -> str:
        return dataset_path(self.dataset, "epochs", epoch, *rest)

    def _parameters(self) -> List[Tuple[str, object]]:
        return [
            ("batch_size", self.global_batch), ("seed", self.seed), ("view", self.view), ("order", self.order), ("tail", self.tail),
            ("rank", self.rank), ("world_size", self.world_size), *self.reading.parameters(), ("version", self.version),
        ]  # fmt: skip


@dataclass(frozen=True)
class BatchSpec:
    """What every batch of a plan consists of, and how many there are in an epoch."""

    names: Tuple[str, ...]
    dtypes: Tuple[np.dtype, ...]
    row_shapes: Tuple[Tuple[int, ...], ...]
    steps: int

    def batch_bytes(self, rows: int) -> int:
        """What a batch of this many rows holds, without any header."""
        return rows * sum(dtype.itemsize * math.prod(shape) for dtype, shape in zip(self.dtypes, self.row_shapes))
