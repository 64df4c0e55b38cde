"""The way to a server from every thread and process: connections are never shared between either."""

from __future__ import annotations

import os
import threading
from email.message import Message
from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar

import numpy as np

from .addresses import Replica
from .connection import LARGE_BODY_BYTES, Answer
from .memory import Allocate, fresh
from .patience import Patience
from .requests import Request
from .route import Route
from .version import VERSION

T = TypeVar("T")


class _OfThread(threading.local):
    """A thread's route, and the process that opened it: sockets must not be used after a fork."""

    route: Optional[Route] = None
    process: int = 0


class Transport:
    """Sends requests to the replicas, each thread over its own keep-alive connection. Immutable but for these connections.

    `timeout` is the longest silence on a socket, `give_up_after` the longest time without an answer, both in seconds.
    """

    def __init__(self, replicas: Tuple[Replica, ...], key: Optional[str], timeout: float, give_up_after: float) -> None:
        if timeout <= 0 or give_up_after < 0:
            raise ValueError("timeout is more than 0 seconds, give_up_after at least 0")
        if key is not None and not (key.isascii() and key.isprintable() and key.strip()):
            raise ValueError("a key is printable ASCII")  # Never shown, not even a wrong one.
        self.replicas = replicas
        self.timeout = timeout
        self.give_up_after = give_up_after
        self._key = key
        self._of_thread = _OfThread()

    def __reduce__(self) -> Any:
        return Transport, (self.replicas, self._key, self.timeout, self.give_up_after)

    def __repr__(self) -> str:
        return f"Transport({', '.join(map(str, self.replicas))})"

    def get_json(self, request: Request) -> Dict[str, Any]:
        return self._exchange(request, Answer.read_json)

    def get_bytes(self, request: Request, allocate: Allocate = fresh) -> Tuple[np.ndarray, Message]:
        """The body as bytes that the caller owns, in memory that `allocate` gives, and the headers."""
        return self._exchange(request, lambda answer: (answer.read_array(allocate), answer.headers))

    def get_small(self, request: Request) -> bytes:
        """A body whose length need not be known before, such as a picture."""
        return self._exchange(request, Answer.read_small)

    def get_large(self, request: Request) -> bytes:
        """The same for what may be as long as an answer of a server can be."""
        return self._exchange(request, lambda answer: answer.read_small(LARGE_BODY_BYTES))

    def send(self, request: Request) -> None:
        """Where nothing of the answer matters but that it is no refusal."""
        self._exchange(request, Answer.read_small)

    def replicas_apart(self) -> List["Transport"]:
        """A way to each replica alone, for what must be done on every one of them, or is there on one only."""
        return [Transport((replica,), self._key, self.timeout, self.give_up_after) for replica in self.replicas]

    def hasty(self, give_up_after: float) -> "Transport":
        """The same way for what must not keep anybody waiting, such as a repr."""
        return Transport(self.replicas, self._key, min(self.timeout, give_up_after), min(self.give_up_after, give_up_after))

    def new_route(self, for_streams: bool = False) -> Route:
        """A route of its own; a stream needs one, because it is busy as long as the stream lasts."""
        headers = {"User-Agent": "microtome-python/" + VERSION}
        if self._key is not None:
            headers["Authorization"] = "Bearer " + self._key
        return Route(self.replicas, headers, self.timeout, for_streams)

    def patience(self, sleep: Optional[Callable[[float], object]] = None) -> Patience:
        return Patience(self.give_up_after, sleep=sleep) if sleep is not None else Patience(self.give_up_after)

    def close(self) -> None:
        """Closes this thread's connection; the next request opens it again."""
        if self._of_thread.route is not None:
            self._of_thread.route.close()

    def _exchange(self, request: Request, read: Callable[[Answer], T]) -> T:
        mine = self._of_thread
        if mine.route is None or mine.process != os.getpid():
            mine.route = self.new_route()
            mine.process = os.getpid()
        try:
            return mine.route.exchange(request, read, self.patience())
        except BaseException:
            mine.route.close()  # Also on Ctrl-C: what is left of an answer must not be taken for the next one.
            raise
