"""One HTTP/1.1 connection: a request goes out, the body comes back straight into the caller's memory."""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
from typing import Any, Dict, Mapping, Optional

import numpy as np

from .addresses import Replica
from .errors import BadAnswer, ShortBody, TransportError
from .memory import Allocate

_CONNECT_SECONDS = 10.0
LARGE_BODY_BYTES = 1 << 40
_SMALL_BODY_BYTES = 64 << 20  # No JSON and no picture of a server is longer.

# What http.client raises when a connection breaks; ValueError and AttributeError when another thread closes it meanwhile.
_BROKEN = (OSError, http.client.HTTPException, ValueError, AttributeError)


class Answer:
    """A status and headers, and a body that is still to be read. The connection is busy until it has been."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers = response.headers
        text = response.headers.get("Content-Length", "")
        self.length: Optional[int] = int(text) if text.isascii() and text.isdigit() else None
        if self.status == 204:
            self.length = 0

    def read_exactly(self, memory: memoryview) -> None:
        """Fills the memory (bytes, writable). Raises ShortBody where the body ends before, TransportError where it breaks."""
        filled = 0
        try:
            while filled < len(memory):
                count = self._response.readinto(memory[filled:])
                if not count:
                    break
                filled += count
        except http.client.IncompleteRead as error:
            raise ShortBody("the body was cut") from error
        except _BROKEN as error:
            raise TransportError(f"the connection broke while a body was read: {error!r}") from error
        if filled < len(memory):
            raise ShortBody(f"the body ended after {filled} of {len(memory)} bytes")

    def read_array(self, allocate: Allocate) -> np.ndarray:
        """The whole body, in memory that `allocate` gives."""
        self._require_end()
        if self.length is None:
            raise BadAnswer("the answer does not say its length")
        body = allocate(self.length)
        self.read_exactly(body.data)
        self.finish()
        return body

    def read_json(self) -> Dict[str, Any]:
        """Raises BadAnswer for what is no JSON object."""
        try:
            members = json.loads(self.read_small())
        except ValueError as error:
            raise BadAnswer("the answer is no JSON; is this the address of a Microtome server?") from error
        if not isinstance(members, dict):
            raise BadAnswer("the answer is no JSON object")
        return members

    def read_small(self, most: int = _SMALL_BODY_BYTES) -> bytes:
        """The whole body of a JSON answer or a picture, also in chunks: complete, or an error."""
        self._require_end()
        try:
            body = self._response.read(most + 1)
        except _BROKEN as error:
            raise ShortBody(f"the connection broke while a body was read: {error!r}") from error
        if len(body) > most:
            raise BadAnswer("the answer is longer than any of its kind")
        if self.length is not None and len(body) < self.length:
            raise ShortBody(f"the body ended after {len(body)} of {self.length} bytes")
        self.finish()
        return body

    def _require_end(self) -> None:
        """Without a length or chunks a cut could not be seen; http.client also takes headers that were cut for whole."""
        if self.length is None and "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            raise ShortBody("the answer says neither its length nor its end")

    def finish(self) -> None:
        """Takes what HTTP puts behind the last byte (the end of the chunks), so that the connection can be used again."""
        try:
            excess = b"" if self._response.isclosed() else self._response.read(1)
        except _BROKEN as error:
            raise ShortBody("the body did not end as HTTP says") from error
        if excess:
            raise BadAnswer("the body goes on beyond its end")


class _PlainConnection(http.client.HTTPConnection):
    """HTTP/1.0, so that a stream comes without chunks: its frames say where it ends, and taking chunks apart costs a third."""

    _http_vsn = 10
    _http_vsn_str = "HTTP/1.0"


class _PlainSecureConnection(http.client.HTTPSConnection):
    _http_vsn = 10
    _http_vsn_str = "HTTP/1.0"


_KINDS = {
    ("http", False): http.client.HTTPConnection,
    ("http", True): _PlainConnection,
    ("https", False): http.client.HTTPSConnection,
    ("https", True): _PlainSecureConnection,
}


class Connection:
    """A connection to one replica, kept alive; one `for_streams` ends with each answer and is opened again for the next.

    Used by one thread at a time, in the process that made it; `abort` alone may come from another thread, `close` also from a
    forked copy, which leaves the parent's end as it is.
    """

    def __init__(self, replica: Replica, timeout: float, for_streams: bool = False) -> None:
        self._process = os.getpid()
        self.replica = replica
        self.for_streams = for_streams
        self._timeout = timeout
        self._silence = timeout
        self._http = _KINDS[replica.scheme, for_streams](replica.host, replica.port)
        self._socket: Optional[socket.socket] = None
        self._response: Optional[http.client.HTTPResponse] = None
        self._is_aborted = False
        self.answers = 0
        """How many came since it connected: a failure after some may only mean that the server closed an idle connection."""

    def request(self, method: str, path: str, headers: Mapping[str, str], body: Optional[bytes], time_left: float) -> Answer:
        """Sends a request and reads status and headers. Raises TransportError, and is closed then.

        No silence may last longer than the timeout, nor than the time left (seconds).
        """
        is_connected = False
        try:
            if self._http.sock is None:
                self.answers = 0
                self._http.timeout = min(self._timeout, time_left, _CONNECT_SECONDS)
                self._http.connect()  # Sets TCP_NODELAY.
                self._socket = self._http.sock
            is_connected = True
            self._set_timeout(min(self._timeout, time_left))
            if self._is_aborted:
                raise TransportError("the connection was closed")
            own = {"Host": self.replica.host_header} if self.for_streams else {}  # http.client says it in HTTP/1.1 only.
            self._http.request(method, self.replica.prefix + path, body=body, headers={**headers, **own})
            response = self._response = self._http.getresponse()
        except _BROKEN as error:
            self.close()
            if isinstance(error, TransportError):
                raise
            failure = TransportError(f"{self.replica} did not answer: {error!r}")
            failure.may_have_arrived = is_connected
            raise failure from error
        self.answers += 1
        return Answer(response)

    def relax(self) -> None:
        """After a success: silences may last as long as ever again."""
        if self._silence != self._timeout and self._socket is not None:
            self._set_timeout(self._timeout)

    def _set_timeout(self, seconds: float) -> None:
        assert self._socket is not None
        self._socket.settimeout(seconds)
        self._silence = seconds

    def close(self) -> None:
        response, self._response = self._response, None
        sock, self._socket = self._socket, None
        if self._process != os.getpid() or sys.is_finalizing():
            # The reader's lock may be held for ever, by a thread that is not here or was stopped: only the socket is given back.
            if sock is not None and (descriptor := sock.detach()) >= 0:
                os.close(descriptor)
            return
        self._http.close()
        if response is not None:
            response.close()  # It holds the socket where the server closes after the answer.

    def abort(self) -> None:
        """Ends whatever another thread waits for on this connection: it raises TransportError there."""
        self._is_aborted = True
        sock = self._socket
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It was closed already.
