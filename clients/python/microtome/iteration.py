"""One loop over batches: where it is, what reads ahead for it, and how it ends."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import Any, Dict, Iterator, Optional, Tuple

from .epochs import EpochPlan
from .errors import MicrotomeError
from .look_ahead import LookAhead
from .memory import Allocate, Ring, fresh
from .progress import Bar
from .resume import State
from .route import Route
from .rows import Batch
from .steps import open_steps
from .stream import read_epochs
from .transport import Transport


class Position:
    """The first step that has not been handed out. Shared by an iterable and its latest iterator; the last writer wins."""

    def __init__(self, epoch: int, step: int) -> None:
        self.at = (epoch, step)

    @property
    def epoch(self) -> int:
        return self.at[0]

    @property
    def step(self) -> int:
        return self.at[1]


class BatchIterator(Iterator[Batch]):
    """One loop over batches. Ends its thread when it is exhausted, closed, left by an error or Ctrl-C, or dropped."""

    def __init__(self, transport: Transport, plan: EpochPlan, position: Position, look_ahead: int, reuse: bool, bar: Bar) -> None:
        self._plan = plan
        self._position = position
        self._depth = look_ahead
        self._wake = threading.Event()
        # With the queue full, one batch waits behind it and one is with the caller.
        ring: Allocate = Ring(look_ahead + 2)
        allocate = ring if reuse else fresh
        self._route, self._stream = open_steps(transport, plan, allocate, self._wake.wait)
        self._source = read_epochs(self._stream, plan, (position.epoch, position.step))
        self._ahead: Optional[LookAhead[Tuple[Batch, Tuple[int, int]]]] = None
        self._bar = bar
        self._is_closed = False
        self._process = os.getpid()

    def __next__(self) -> Batch:
        if self._is_closed:
            self._end_reading()  # Another thread may be at it: the loop ends with no thread left.
            raise StopIteration
        if self._process != os.getpid():
            raise RuntimeError("a loop over batches cannot go on in a forked process; iterate over the batches anew")
        try:
            batch, position = self._take()
            self._bar.to(*self._plan.progress(self._stream.spec, batch.epoch, batch.step + 1))
        except BaseException as error:
            if self._is_closed and isinstance(error, (MicrotomeError, OSError)):
                raise StopIteration from None  # Another thread closed it: what broke then is no error.
            self.close()
            raise
        self._position.at = position  # The last thing: a batch that Ctrl-C kept from the caller has not been handed out.
        return batch

    def __enter__(self) -> "BatchIterator":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_is_closed"):
            self.close()

    def state_dict(self) -> Dict[str, Any]:
        """The first step that has not been handed out. Plain values, for a checkpoint."""
        return State.of(self._plan, self._position.epoch, self._position.step).to_dict()

    @property
    def token(self) -> str:
        return State.of(self._plan, self._position.epoch, self._position.step).to_token()

    def close(self) -> None:
        """Ends the loop; no thread and no connection is left."""
        if not self._is_closed:
            self._is_closed = True
            self._end_reading()
            if self._process == os.getpid():
                self._bar.close()  # In a forked copy it is the parent's to end.
            self._route.close()

    def _end_reading(self) -> None:
        if self._ahead is not None and self._process == os.getpid():  # In a forked copy there is no thread.
            self._ahead.close()

    def _take(self) -> Tuple[Batch, Tuple[int, int]]:
        if self._depth == 0:
            return next(self._source)
        if self._ahead is None:
            # Not a method of this object: the thread would keep it alive, and it would never be dropped.
            self._ahead = LookAhead(self._source, self._depth, partial(_interrupt, self._wake, self._route))
            self._ahead.start()  # Not before it is known to `close`: Ctrl-C may come at any time.
        return self._ahead.next()


def _interrupt(wake: threading.Event, route: Route) -> None:
    """Ends a wait for a server, or between two attempts."""
    wake.set()
    route.abort()
