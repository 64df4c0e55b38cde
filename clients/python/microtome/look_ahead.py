"""A thread that reads ahead of the caller, a bounded number of items, and ends when it is no longer wanted."""

from __future__ import annotations

import atexit
import os
import queue
import threading
import weakref
from typing import Any, Callable, Generic, Iterator, TypeVar

T = TypeVar("T")

_WAKE_SECONDS = 1.0  # Where waits cannot be interrupted (Windows), Ctrl-C is noticed after this time.
_JOIN_SECONDS = 15.0  # A thread that is connecting to a dead host takes up to 10 s to notice.

_END = object()
_running: "weakref.WeakSet[LookAhead[Any]]" = weakref.WeakSet()


class LookAhead(Generic[T]):
    """Iterates over a source on a thread of its own, `depth` items ahead at most. For one consumer.

    The two meet in two queues that are written in C: Ctrl-C may come between any two lines of the consumer, and must not leave a
    lock held. `close` may be called at any time, also from its owner's finalizer, and leaves no thread.
    """

    def __init__(self, source: Iterator[T], depth: int, interrupt: Callable[[], Any]) -> None:
        """`interrupt` makes a source that waits for the network raise at once; called from the consumer's thread."""
        self._items: "queue.SimpleQueue[Any]" = queue.SimpleQueue()
        self._room: "queue.SimpleQueue[None]" = queue.SimpleQueue()
        for _ in range(max(1, depth)):
            self._room.put(None)
        self._is_closed = False
        self._error: Any = None
        self._interrupt = interrupt
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, args=(source,), name="microtome-look-ahead", daemon=True)

    def start(self) -> None:
        """From now on whoever owns this must close it: the running thread holds it, so it is never finalized by itself."""
        _running.add(self)
        self._thread.start()

    def next(self) -> T:
        """The next item. Raises StopIteration at the end, and whatever the source raised, after the items before it."""
        while True:
            try:
                item = self._items.get(timeout=_WAKE_SECONDS)
                break
            except queue.Empty:
                pass
        if item is not _END:
            self._room.put(None)
            return item
        error, self._error = self._error, None
        self.close()
        if error is not None:
            raise error
        raise StopIteration

    def close(self) -> None:
        self._is_closed = True
        self._room.put(None)
        self._interrupt()
        if self._thread is not threading.current_thread() and self._thread.ident is not None:
            self._thread.join(_JOIN_SECONDS)
        try:
            while True:
                self._items.get_nowait()  # Memory that nobody will ask for.
        except queue.Empty:
            self._items.put(_END)  # The consumer may wait still, where another thread closed this.

    def close_at_exit(self) -> None:
        """A thread that the interpreter stops while it reads would hold the reader's lock, which whatever is finalized then waits for."""
        if self._process == os.getpid():  # In a forked copy the connection is the parent's.
            self.close()

    def _run(self, source: Iterator[T]) -> None:
        try:
            for item in source:
                self._room.get()
                if self._is_closed:
                    break
                self._items.put(item)
                del item  # Not kept alive while the next one is read.
        except BaseException as error:  # Handed to the consumer, whose loop it ends.
            self._error = error
        finally:
            self._items.put(_END)


def _close_all() -> None:
    for look_ahead in list(_running):
        look_ahead.close_at_exit()


atexit.register(_close_all)
