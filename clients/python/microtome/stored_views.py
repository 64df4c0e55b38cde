"""Views that a server keeps: by name, or lists of rows by their content."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, Optional

import numpy as np

from .errors import BadAnswer
from .requests import Request, dataset_path
from .transport import Transport


def find_view(transport: Transport, dataset: str, name: str) -> str:
    """What a name means now: operations, which any replica serves, or the id of a list of rows."""
    found = transport.get_json(Request.get(dataset_path(dataset, "views", name)))
    expression = found.get("expression")
    try:
        return str(found["id"] if expression is None else expression)
    except KeyError:
        raise BadAnswer(f"the view {name} has neither an expression nor an id") from None


def store_view(transport: Transport, dataset: str, name: str, expression: str) -> None:
    """Stores an expression under a name on every replica; again is no harm."""
    for server in transport.replicas_apart():
        server.get_json(Request.post_json(dataset_path(dataset, "views"), {"name": name, "expression": expression}))


def store_rows(transport: Transport, dataset: str, version: str, rows: np.ndarray) -> str:
    """Stores row numbers on every replica and gives their id, which is a hash of them."""
    body = rows.astype("<i8").tobytes()
    name = "rows-" + hashlib.sha256(version.encode() + body).hexdigest()[:16]
    ids = set()
    for server in transport.replicas_apart():
        stored = server.get_json(Request.post(dataset_path(dataset, "views"), [("name", name), ("version", version)], body))
        ids.add(str(stored["id"]))
    if len(ids) != 1:
        raise BadAnswer(f"the replicas name the same rows differently: {', '.join(sorted(ids))}")
    return ids.pop()


def count_classes(transport: Transport, dataset: str, version: str, view: str, by: Optional[str]) -> Dict[Any, int]:
    parameters = [("expression", view), ("by", by), ("version", version)]
    found = transport.get_json(Request.get(dataset_path(dataset, "views"), parameters))
    try:
        return {entry["value"]: int(entry["rows"]) for entry in found["classes"] or ()}
    except (KeyError, TypeError) as error:
        raise BadAnswer(f"malformed class counts: {error!r}") from None


