"""The steps of epochs by one request each: slower than a stream, but also for complex numbers, which safetensors does not have."""

from __future__ import annotations

import io
from typing import Callable, Iterator, Optional, Protocol, Tuple

import numpy as np

from .connection import LARGE_BODY_BYTES, Answer
from .epochs import BatchSpec, EpochPlan
from .errors import BadAnswer
from .memory import Allocate
from .patience import Patience
from .route import Route
from .rows import Batch
from .stream import StepStream
from .transport import Transport


def _read(answer: Answer) -> bytes:
    return answer.read_small(LARGE_BODY_BYTES)


class StepSource(Protocol):
    """What a loop reads batches from."""

    spec: Optional[BatchSpec]

    def read(self, epoch: int, start: int, stop: Optional[int] = None) -> Iterator[Batch]: ...

    def close(self) -> None: ...


class StepRequests:
    """Reads batches over a route of its own. Used by one thread."""

    def __init__(self, route: Route, patience: Patience, plan: EpochPlan) -> None:
        self._route = route
        self._patience = patience
        self._plan = plan
        self.spec: Optional[BatchSpec] = None

    def close(self) -> None:
        self._route.close()

    def read(self, epoch: int, start: int, stop: Optional[int] = None) -> Iterator[Batch]:
        """The batches [start, stop) of one epoch, stop clipped to its end."""
        spec = self.spec = self.spec or self._describe(epoch)
        for step in range(start, spec.steps if stop is None else min(stop, spec.steps)):
            yield self._batch(epoch, step)
            self._patience.succeeded()  # However long the caller kept the batch: waiting begins now.

    def _batch(self, epoch: int, step: int) -> Batch:
        body = self._route.exchange(self._plan.batch(epoch, step), _read, self._patience)
        return parse_npz(self._plan, epoch, step, body)

    def _describe(self, epoch: int) -> BatchSpec:
        steps = int(self._route.exchange(self._plan.forecast(epoch), Answer.read_json, self._patience)["steps"])
        first = self._batch(epoch, 0) if steps else Batch.of(epoch, 0, self._plan.names, [np.empty(0)] * len(self._plan.names))
        return BatchSpec(self._plan.names, tuple(a.dtype for a in first), tuple(a.shape[1:] for a in first), steps)


def parse_npz(plan: EpochPlan, epoch: int, step: int, body: bytes) -> Batch:
    """A batch that came as npz. Raises BadAnswer where it is none."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            return Batch.of(epoch, step, plan.names, [arrays[name] for name in plan.names])
    except (ValueError, KeyError, OSError) as error:
        raise BadAnswer(f"a malformed npz body: {error}") from error


def open_steps(transport: Transport, plan: EpochPlan, allocate: Allocate, sleep: Optional[Callable[[float], object]] = None) -> Tuple[Route, StepSource]:
    """What reads the batches of a plan, and its route: a stream, or requests where a stream cannot carry them."""
    route = transport.new_route(for_streams=not plan.has_complex)
    patience = transport.patience(sleep)
    if plan.has_complex:
        return route, StepRequests(route, patience, plan)
    return route, StepStream(route, patience, plan, allocate)
