"""A thread that reads ahead of the caller, a bounded number of items, and ends when it is no longer wanted."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Callable, Deque, Generic, Iterator, TypeVar

T = TypeVar("T")

_WAKE_SECONDS = 1.0  # Where waits cannot be interrupted (Windows), Ctrl-C is noticed after this time.
_JOIN_SECONDS = 15.0  # A thread that is connecting to a dead host takes up to 10 s to notice.


class LookAhead(Generic[T]):
    """Iterates over a source on a thread of its own, `depth` items ahead at most. For one consumer.

    The queue is shared and guarded by one condition; everything else belongs to one of the two threads. `close` may be called
    at any time, also from its owner's finalizer, and leaves no thread.
    """

    def __init__(self, source: Iterator[T], depth: int, interrupt: Callable[[], Any]) -> None:
        """`interrupt` makes a source that waits for the network raise at once; called from the consumer's thread."""
        self._items: Deque[T] = deque()
        self._changed = threading.Condition(threading.Lock())
        self._depth = max(1, depth)
        self._is_done = False
        self._is_closed = False
        self._error: Any = None
        self._interrupt = interrupt
        self._thread = threading.Thread(target=self._run, args=(source,), name="microtome-look-ahead", daemon=True)

    def start(self) -> None:
        """From now on whoever owns this must close it: the running thread holds it, so it is never finalized by itself."""
        self._thread.start()

    def next(self) -> T:
        """The next item. Raises StopIteration at the end, and whatever the source raised, after the items before it."""
        with self._changed:
            while not self._items and not self._is_done:
                self._changed.wait(_WAKE_SECONDS)
            if self._items:
                item = self._items.popleft()
                self._changed.notify()
                return item
            error, self._error = self._error, None
        self.close()
        if error is not None:
            raise error
        raise StopIteration

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._items.clear()
            self._changed.notify()
        self._interrupt()
        if self._thread is not threading.current_thread() and self._thread.ident is not None:
            self._thread.join(_JOIN_SECONDS)

    def _run(self, source: Iterator[T]) -> None:
        try:
            for item in source:
                with self._changed:
                    while len(self._items) >= self._depth and not self._is_closed:
                        self._changed.wait()
                    if self._is_closed:
                        break
                    self._items.append(item)
                    self._changed.notify()
                del item  # Not kept alive while the next one is read.
        except BaseException as error:  # Handed to the consumer, whose loop it ends.
            self._error = error
        finally:
            with self._changed:
                self._is_done = True
                self._changed.notify()
