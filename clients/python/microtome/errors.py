"""The errors of this package: a small closed family.

What a server refuses arrives as an `ApiError` with the server's stable `code`; what the network does to us is a
`TransportError`, and `GaveUp` once trying again has lasted too long. Every error can be pickled and can be made from its
message alone, because worker processes of data loaders carry errors that way.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence


class MicrotomeError(Exception):
    """Any error of this package."""


class ApiError(MicrotomeError):
    """The server refused a request (RFC 9457 problem details).

    `status` is the HTTP status, `code` the server's stable name for the error, `fields` everything else that it said.
    """

    def __init__(self, detail: str, status: int = 0, code: str = "", fields: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.fields = dict(fields or {})

    def __reduce__(self) -> Any:
        return type(self), (self.args[0], self.status, self.code, self.fields)

    def __str__(self) -> str:
        return f"{self.args[0]} ({self.status} {self.code})" if self.code else str(self.args[0])


class BadRequest(ApiError):
    """400: a malformed selection, view, transform, or a parameter that does not exist."""


class Unauthorized(ApiError):
    """401 or 403: the key is missing, wrong, or may not do this."""


class NotFound(ApiError, KeyError):
    """404: there is no such dataset, array, view or job."""


class NotAcceptable(ApiError):
    """406 or 415: the format cannot hold this."""


class VersionChanged(ApiError):
    """409: the data is no longer what was opened. Open it again to go on with the new version."""

    @property
    def version(self) -> Optional[str]:
        """The version that is served now."""
        return self.fields.get("version")


class Conflict(ApiError):
    """409: a name is taken, or a job is not running."""


class TooLarge(ApiError):
    """413: more rows, bytes or characters than the server allows; `limit` says how many it does."""

    @property
    def limit(self) -> Optional[int]:
        return self.fields.get("limit")


class PastEnd(ApiError):
    """416: the step lies beyond the epoch, which has `steps` of them."""

    @property
    def steps(self) -> Optional[int]:
        return self.fields.get("steps")


class OutOfRange(ApiError, IndexError):
    """422 `out_of_range`: an index that the array does not have."""


class NotServable(ApiError):
    """422: the array's type or filter cannot be decoded, or the request does not apply to it."""


class NeedsProfile(ApiError):
    """422 `needs_profile`: a column must be computed first; `fields` has the job to post."""

    @property
    def arrays(self) -> Sequence[str]:
        """What has to be profiled."""
        job = self.fields.get("job")
        said = job if isinstance(job, dict) else {}
        return list(said.get("arrays") or filter(None, [said.get("array")]))

    def __str__(self) -> str:
        names = ", ".join(map(repr, self.arrays))
        return f"{super().__str__()}: call ds.profile({f'[{names}]' if names else ''}) once, then ask again"


class Unavailable(ApiError):
    """503: too busy, or the file cannot be read now. `retry_after` is what the server advises, in seconds."""

    @property
    def retry_after(self) -> Optional[float]:
        return self.fields.get("retry_after")


class ServerError(ApiError):
    """500 and other statuses that should not happen."""


class TransportError(MicrotomeError, OSError):
    """The connection failed. Requests are asked again on such errors, so that callers see GaveUp in the end."""

    may_have_arrived = True
    """False where the connection was not even made."""


class ShortBody(TransportError):
    """A body ended before its length: never taken for whole."""


class BadAnswer(MicrotomeError):
    """What came is no answer of a Microtome server; asking again would not help."""


class GaveUp(MicrotomeError, TimeoutError):
    """No server answered within the time allowed; `__cause__` is the last error."""


class JobFailed(MicrotomeError):
    """A job ended without a result; `said` is all that the server tells of it."""

    def __init__(self, reason: str, said: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__(reason)
        self.said = dict(said or {})

    def __reduce__(self) -> Any:
        return type(self), (self.args[0], self.said)


class JobCancelled(JobFailed):
    """A job was cancelled before its end."""


class ResumeError(MicrotomeError, ValueError):
    """A saved state that does not fit what is being iterated."""
