"""What is asked of a server: a method, a path with its query, perhaps a body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Optional, Tuple
from urllib.parse import quote, urlencode

Parameters = Iterable[Tuple[str, object]]

_READABLE = ",:()|/@"  # Legal in a query, and easier on whoever reads the log.


@dataclass(frozen=True)
class Request:
    """One request. It may be asked twice unless it says otherwise: most change nothing, and storing the same view again is no harm."""

    path: str
    method: str = "GET"
    body: Optional[bytes] = None
    accept: str = "*/*"
    content_type: str = "application/octet-stream"
    is_once: bool = False
    """Not to be sent again once it may have arrived."""

    @staticmethod
    def get(path: str, parameters: Parameters = (), accept: str = "*/*") -> "Request":
        return Request(path + _query(parameters), accept=accept)

    @staticmethod
    def post(path: str, parameters: Parameters, body: bytes) -> "Request":
        """Posts row numbers as little-endian int64."""
        return Request(path + _query(parameters), "POST", body)

    @staticmethod
    def post_json(path: str, members: Mapping[str, Any], is_once: bool = False) -> "Request":
        return Request(path, "POST", json.dumps(members).encode(), content_type="application/json", is_once=is_once)

    @staticmethod
    def delete(path: str, parameters: Parameters = ()) -> "Request":
        return Request(path + _query(parameters), "DELETE")


def dataset_path(dataset: str, *rest: object) -> str:
    """`/v1/datasets/{dataset}/…`; array names keep their slashes."""
    return "/v1/datasets/" + "/".join([quote(dataset, safe=""), *(quote(str(part), safe="/") for part in rest)])


def _query(parameters: Parameters) -> str:
    given = [(name, str(value)) for name, value in parameters if value is not None]
    return "?" + urlencode(given, safe=_READABLE, quote_via=quote) if given else ""
