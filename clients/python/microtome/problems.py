"""Problem details (RFC 9457) become typed errors."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional, Type

from . import errors

_BY_CODE: Mapping[str, Type[errors.ApiError]] = {
    "version_changed": errors.VersionChanged,
    "past_end": errors.PastEnd,
    "out_of_range": errors.OutOfRange,
    "needs_profile": errors.NeedsProfile,
}

_BY_STATUS: Mapping[int, Type[errors.ApiError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    403: errors.Unauthorized,
    404: errors.NotFound,
    406: errors.NotAcceptable,
    409: errors.Conflict,
    413: errors.TooLarge,
    415: errors.NotAcceptable,
    422: errors.NotServable,
    429: errors.Unavailable,  # What a proxy says to too many requests.
    502: errors.Unavailable,  # What a proxy says while its server restarts.
    503: errors.Unavailable,
    504: errors.Unavailable,
}


def parse_problem(status: int, body: bytes, retry_after: Optional[str] = None) -> errors.ApiError:
    """The error that a body with this status means; the body need not be a problem (a proxy's page, nothing at all)."""
    fields = _members(body)
    code = str(fields.pop("code", ""))
    detail = str(fields.pop("detail", "") or fields.get("title", "") or f"the server answered with status {status}")
    said = fields.pop("status", status)  # An ERROR frame of a stream has its status in the body alone.
    status = said if isinstance(said, int) else status
    seconds = _seconds(retry_after)
    if seconds is not None:
        fields["retry_after"] = seconds
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status) or errors.ServerError
    return kind(detail, status, code, fields)


def _members(body: bytes) -> Dict[str, Any]:
    try:
        members = json.loads(body)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _seconds(text: Optional[str]) -> Optional[float]:
    """`Retry-After` in seconds. Its other form, a date, is passed over: clocks differ."""
    return float(text) if text is not None and text.isascii() and text.strip().isdigit() else None
