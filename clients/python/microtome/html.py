"""What a notebook shows of a dataset: a table, and thumbnails where an array holds pictures."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Tuple

from .errors import MicrotomeError

if TYPE_CHECKING:
    from .arrays import Array
    from .datasets import Dataset

_THUMBNAILS = 16
_LARGEST_SIDE = 512
_PATIENCE_SECONDS = 2.0


def render_dataset(dataset: "Dataset") -> str:
    rows = [(a.name, str(a.shape), a._entry["dtype"], _note(a)) for a in dataset.arrays.values()]
    pictures = "".join(_thumbnails(array) for array in dataset.arrays.values() if _is_picture(array))
    title = f"<b>{escape(dataset.name)}</b>: {len(dataset):,} rows, version {escape(dataset.version)}"
    return title + _table(("array", "shape", "dtype", ""), rows) + pictures


def render_array(array: "Array") -> str:
    return f"<code>{escape(repr(array))}</code><br>" + (_thumbnails(array) if _is_picture(array) else "")


def render_catalogue(summaries: Iterable[Mapping[str, Any]]) -> str:
    rows = [(entry["name"], f"{entry['rows']:,}", f"{entry['bytes']:,}", str(entry["arrayCount"])) for entry in summaries]
    return _table(("dataset", "rows", "bytes", "arrays"), rows)


def _note(array: "Array") -> str:
    return "" if array.servable else f"not servable: {array._entry.get('reason', '')}"


def _is_picture(array: "Array") -> bool:
    if not array.servable or array.dtype.kind not in "bu" or array.ndim not in (3, 4) or not len(array):
        return False
    channels = array.shape[3] if array.ndim == 4 else 1
    return channels in (1, 3, 4) and 2 <= min(array.shape[1:3]) and max(array.shape[1:3]) <= _LARGEST_SIDE


def _thumbnails(array: "Array") -> str:
    """The first pictures as one sheet; nothing where the server cannot draw them, because a repr must not fail."""
    try:
        picture = array.sheet(_THUMBNAILS, _PATIENCE_SECONDS)
    except MicrotomeError:
        return ""
    source = "data:image/png;base64," + base64.b64encode(picture).decode()
    return f'<img alt="{escape(array.name)}" src="{source}" style="height:48px;image-rendering:pixelated">'


def _table(heads: Tuple[str, ...], rows: Iterable[Tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
