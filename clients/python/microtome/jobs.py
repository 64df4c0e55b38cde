"""Long work on a server: it goes on without its client, and says how far it is."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Callable, Generic, List, Mapping, Optional, TypeVar

from .errors import Conflict, JobCancelled, JobFailed, NotFound
from .progress import open_bar
from .requests import Request
from .transport import Transport

T = TypeVar("T")

_PATH = "/v1/jobs"
_ENDED = ("succeeded", "failed", "cancelled")
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 1.0


class Job(Generic[T]):
    """A `profile` or a `materialize`. What it says is as of the last `refresh`."""

    def __init__(self, transport: Transport, said: Mapping[str, Any], finish: Callable[[], T]) -> None:
        """`transport` leads to the one server that has the job; `finish` makes the result once it has succeeded."""
        self._transport = transport
        self._said = said
        self._finish = finish

    @staticmethod
    def start(transport: Transport, asked: Mapping[str, Any], finish: Callable[[], T]) -> "Job[T]":
        """Raises GaveUp where the connection breaks after the job was posted: it may be there, and must not be there twice."""
        return Job(transport, transport.get_json(Request.post_json(_PATH, asked, is_once=True)), finish)

    @staticmethod
    def listed(transport: Transport, finish: Callable[[Mapping[str, Any]], T]) -> "List[Job[T]]":
        """The jobs of a server, the oldest first."""
        said = transport.get_json(Request.get(_PATH))["jobs"]
        return [Job(transport, one, partial(finish, one)) for one in said]

    id = property(lambda self: str(self._said["id"]))
    kind = property(lambda self: str(self._said.get("kind", "job")))
    state = property(lambda self: str(self._said.get("state", "queued")), doc="queued, running, succeeded, failed or cancelled.")
    done = property(lambda self: self._said.get("done"))
    total = property(lambda self: self._said.get("total"))
    rate = property(lambda self: self._said.get("rate"), doc="A second.")
    eta = property(lambda self: self._said.get("eta"), doc="Seconds that are left.")
    peak_memory = property(lambda self: self._said.get("peakMemory"), doc="The server's, in bytes, while it ran.")
    error = property(lambda self: self._said.get("error"))

    def __repr__(self) -> str:
        progress = f" {self.done / self.total:.0%}" if self.total and self.done is not None else ""
        return f"<microtome.Job {self.id} {self.kind}: {self.state}{progress}>"

    def refresh(self) -> "Job[T]":
        self._said = self._transport.get_json(Request.get(self._path))
        return self

    def wait(self, bar: Optional[bool] = None, timeout: Optional[float] = None, sleep: Callable[[float], object] = time.sleep) -> T:
        """Waits for the end, with a bar (where somebody looks, unless `bar` says so), and gives the result.

        Raises JobFailed with the server's reason, JobCancelled, or TimeoutError after `timeout` seconds; Ctrl-C and the timeout
        end the waiting, not the job.
        """
        end = None if timeout is None else time.monotonic() + timeout
        shown = open_bar(f"{self.kind} {self.id}", "rows", bar)
        pause = _FIRST_WAIT_SECONDS
        try:
            while True:
                shown.to(self.done or 0, self.total)
                if self.state in _ENDED:
                    return self._end()
                left = pause if end is None else end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{self!r} has not ended within {timeout:g} s; it goes on")
                sleep(min(pause, left))
                pause = min(pause * 1.5, _LONGEST_WAIT_SECONDS)
                self.refresh()
        finally:
            shown.close()

    def cancel(self) -> None:
        """Ends the job; nothing half-written stays. One that has ended already stays as it is."""
        self.refresh()
        if self.state in _ENDED:
            return
        try:
            self._transport.send(Request.delete(self._path, [("cancel", "true")]))
        except (Conflict, NotFound):
            pass  # It ended meanwhile.

    @property
    def _path(self) -> str:
        return f"{_PATH}/{self.id}"

    def _end(self) -> T:
        if self.state == "succeeded":
            return self._finish()
        reason = self.error if isinstance(self.error, str) else (self.error or {}).get("detail", "the server does not say why")
        if self.state == "cancelled":
            raise JobCancelled(f"the job {self.id} ({self.kind}) was cancelled")
        raise JobFailed(f"the job {self.id} ({self.kind}) failed: {reason}", self._said)


def run(job: "Job[T]", bar: Optional[bool]) -> T:
    """Waits for a job that somebody waits for in person: Ctrl-C cancels it, as it ends what runs here."""
    try:
        return job.wait(bar)
    except KeyboardInterrupt:
        job.cancel()
        raise
