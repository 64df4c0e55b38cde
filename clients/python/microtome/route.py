"""One connection at a time to whichever replica answers: failures move on to the next, with patience."""

from __future__ import annotations

from typing import Callable, Dict, Mapping, Optional, Sequence, TypeVar

from .addresses import Replica
from .connection import Answer, Connection
from .errors import ApiError, GaveUp, MicrotomeError, NotFound, TransportError, Unavailable
from .patience import Patience
from .problems import parse_problem
from .requests import Request

T = TypeVar("T")

_SUCCESSES = (200, 201, 202, 204)
_READY = Request("/healthz/ready")
_NOT_HTTP_1_0 = (426, 505)  # What proxies say that speak HTTP/1.1 only; streams come in chunks through them.


class Route:
    """Used by one thread at a time; `abort` alone may come from another."""

    def __init__(
        self, replicas: Sequence[Replica], headers: Mapping[str, str], timeout: float, for_streams: bool = False
    ) -> None:
        self._replicas = replicas
        self._headers = headers
        self._timeout = timeout
        self._for_streams = for_streams
        self._index = 0
        self._failures = 0  # Since the last success.
        self._is_aborted = False
        self._connection: Optional[Connection] = None

    def __del__(self) -> None:
        if hasattr(self, "_connection"):
            self.close()

    def exchange(self, request: Request, read: Callable[[Answer], T], patience: Patience) -> T:
        """Asks until a replica answers and `read` has taken the body whole.

        Raises ApiError for what the server refuses, GaveUp where nobody answers in time. `read` may be called again after
        a cut, so it must begin anew.
        """
        while True:
            try:
                result = read(self.open(request, patience))
            except TransportError as error:
                self._check_repeatable(request, error)
                self.recover(error, patience)
            else:
                self.succeeded(patience)
                return result

    def open(self, request: Request, patience: Patience) -> Answer:
        """Asks until a replica answers with a body; raises as `exchange` does. Whoever reads it says whether it `succeeded`."""
        asked_again = False
        if request.is_once:
            self.close()  # On a connection of its own: one that was idle may have been closed by the server.
        while True:
            try:
                return self._send(request, patience.left)
            except (TransportError, Unavailable) as error:
                self._check_repeatable(request, error)
                self.recover(error, patience)
            except NotFound as error:
                # A server that has just started answers before it has found its datasets.
                if error.code != "dataset_not_found" or asked_again:
                    raise
                if self._is_ready(patience.left):
                    asked_again = True  # The search may have ended between the two questions.
                else:
                    self.recover(error, patience)

    def succeeded(self, patience: Patience) -> None:
        self._failures = 0
        patience.succeeded()
        if self._connection is not None:
            self._connection.relax()

    def recover(self, error: Exception, patience: Patience) -> None:
        """After a failure: drops the connection, moves to the next replica, and waits once all of them have failed.

        Raises GaveUp when patience ends.
        """
        was_idle = isinstance(error, TransportError) and self._failures == 0 and self._is_reused()
        self.close()
        if self._is_aborted:
            raise error
        if was_idle:
            patience.failed(error, waits=False)  # The server may only have closed an idle connection: ask the same one again.
            self._failures = -1
            return
        self._failures = max(self._failures, 0) + 1
        self._index = (self._index + 1) % len(self._replicas)
        advised = error.retry_after if isinstance(error, Unavailable) else None
        patience.failed(error, advised, waits=self._failures % len(self._replicas) == 0)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def abort(self) -> None:
        """Ends whatever another thread waits for here; nothing is tried again."""
        self._is_aborted = True
        connection = self._connection
        if connection is not None:
            connection.abort()

    def _check_repeatable(self, request: Request, error: MicrotomeError) -> None:
        if request.is_once and isinstance(error, TransportError) and error.may_have_arrived:
            self.close()
            raise GaveUp(f"the connection broke after {request.method} {request.path}, which may have arrived: {error}") from error

    def _send(self, request: Request, time_left: float) -> Answer:
        if self._connection is None:
            self._connection = Connection(self._replicas[self._index], self._timeout, self._for_streams)
        if self._is_aborted:
            raise TransportError("the connection was closed")
        answer = self._connection.request(request.method, request.path, self._headers_of(request), request.body, time_left)
        if answer.status in _SUCCESSES:
            return answer
        if self._for_streams and answer.status in _NOT_HTTP_1_0:
            self._for_streams = False
            self.close()
            return self._send(request, time_left)
        raise parse_problem(answer.status, answer.read_small(), answer.headers.get("Retry-After"))

    def _headers_of(self, request: Request) -> Dict[str, str]:
        headers = {**self._headers, "Accept": request.accept}
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        return headers

    def _is_reused(self) -> bool:
        return self._connection is not None and self._connection.answers > 0

    def _is_ready(self, time_left: float) -> bool:
        try:
            self._send(_READY, time_left).read_small()
        except (TransportError, Unavailable):
            return False
        except ApiError:
            pass  # A proxy that does not pass probes on: the 404 stands.
        return True
