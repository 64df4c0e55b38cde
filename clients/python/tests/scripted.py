"""A server that says exactly what a test wants: whole answers, cut ones, none at all."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple

Reply = Tuple[bytes, bool]
"""What is sent, and whether the connection is closed then."""


def answer(body: bytes = b"", status: int = 200, length: Optional[int] = None, close: bool = False, **headers: str) -> Reply:
    """A response; with `length` it promises that many bytes, whatever it sends."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body, close


def problem(status: int, code: str, **fields: Any) -> Reply:
    return answer(json.dumps({"status": status, "code": code, "detail": code, **fields}).encode(), status)


def chunked(body: bytes, is_whole: bool = True, size: int = 1000) -> Reply:
    """A streamed response; cut in the middle unless it is whole."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + (b"0\r\n\r\n" if is_whole else b""), not is_whole


def unchunked(body: bytes, is_whole: bool = True, size: int = 1000) -> Reply:
    """A streamed response to HTTP/1.0: it ends where the connection does."""
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body, True


def _end(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    sock.close()


class ScriptedServer:
    """Calls `reply(path, count)` for each request, count from 0 over all connections."""

    def __init__(self, reply: Callable[[str, int], Reply]) -> None:
        self._reply = reply
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._sockets: List[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: List[Tuple[str, Dict[str, str]]] = []
        self.versions: List[str] = []
        self.methods: List[str] = []
        self.bodies: List[bytes] = []
        self.connections = 0
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> "ScriptedServer":
        return self

    def __exit__(self, *error: Any) -> None:
        _end(self._listener)
        self.cut()
        for thread in self._threads:
            thread.join(1)

    def cut(self) -> None:
        """Ends every connection, whatever it is in the middle of."""
        for sock in self._sockets:
            _end(sock)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            try:
                while True:
                    start = lines.readline().decode()
                    if not start:
                        return
                    headers: Dict[str, str] = {}
                    while (line := lines.readline().decode().strip()) != "":
                        name, _, value = line.partition(": ")
                        headers[name] = value
                    body = lines.read(int(headers.get("Content-Length", 0)))
                    with self._lock:
                        count = len(self.requests)
                        self.methods.append(start.split()[0])
                        self.bodies.append(body)
                        self.versions.append(start.split()[2])
                        self.requests.append((start.split()[1], headers))
                    sent, closes = self._reply(start.split()[1], count)
                    connection.sendall(sent)
                    if closes:
                        return
            except OSError:
                return
