"""An array on a server, like NumPy's: nothing is read until it is indexed."""

from __future__ import annotations

import math
from typing import Any, Callable, Iterator, List, Mapping, Optional, Tuple

import numpy as np

from .errors import BadAnswer, NotServable
from .requests import Request, dataset_path
from .selects import Selection, parse_index
from .transport import Transport

_LIST_CHARACTERS = 3000  # Of row numbers in one select; the server's own limit is 4,096.
_ITERATION_BYTES = 1 << 20

GatherOne = Callable[[str, np.ndarray, str], np.ndarray]


class Array:
    """One array of a dataset: `shape`, `dtype`, `len`, basic indexing, and lists or masks of rows on axis 0.

    Reading gives fresh NumPy arrays. Immutable: pinned to the version of the dataset that it came from.
    """

    def __init__(
        self,
        transport: Transport,
        dataset: str,
        version: str,
        entry: Mapping[str, Any],
        gather: Optional[GatherOne] = None,
    ) -> None:
        """`gather` reads many rows of an aligned array at once: (name, rows, select of a row)."""
        self._transport = transport
        self._dataset = dataset
        self._version = version
        self._entry = entry
        self._gather = gather
        self.name: str = entry["name"]
        self.stored_shape: Tuple[int, ...] = tuple(int(length) for length in entry["shape"])
        """The shape in the file: of all rows, and before a transform."""

    @property
    def shape(self) -> Tuple[int, ...]:
        return self.stored_shape

    @property
    def dtype(self) -> np.dtype:
        """NumPy's type. Raises NotServable, with the server's reason, where the array cannot be decoded."""
        if not self.servable:
            reason = self._entry.get("reason") or "the server gives no reason"
            raise NotServable(f"{self.name} cannot be served: {reason}", 422, "not_servable")
        return np.dtype(self._entry["dtype"])

    @property
    def servable(self) -> bool:
        return bool(self._entry.get("servable", True))

    @property
    def is_complex(self) -> bool:
        """Complex numbers travel on their own: safetensors has none."""
        return self.servable and np.dtype(self._entry["dtype"]).kind == "c"

    @property
    def aligned(self) -> bool:
        """Whether axis 0 is the dataset's rows."""
        return bool(self._entry.get("aligned", False))

    @property
    def chunks(self) -> Optional[Tuple[int, ...]]:
        chunks = self._entry.get("chunks")
        return None if chunks is None else tuple(chunks)

    @property
    def attributes(self) -> Mapping[str, Any]:
        return self._entry.get("attributes") or {}

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __getitem__(self, index: Any) -> Any:
        selection = parse_index(index, self.shape)
        values = self._read(selection) if selection.rows is None else self._read_rows(selection)
        if selection.finish is not None:
            values = np.ascontiguousarray(values[selection.finish])
        has_ellipsis = index is Ellipsis or (isinstance(index, tuple) and any(item is Ellipsis for item in index))
        return values[()] if values.ndim == 0 and not has_ellipsis else values

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> np.ndarray:
        if copy is False:
            raise ValueError("an array on a server cannot be had without a copy")
        values = self._read(parse_index((), self.shape))
        return values if dtype is None else values.astype(dtype, copy=False)

    def __iter__(self) -> Iterator[Any]:
        """Row by row, read a block at a time."""
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return self._iterate()

    def _iterate(self) -> Iterator[Any]:
        row_bytes = max(1, self.nbytes // max(1, len(self)))
        block = max(1, _ITERATION_BYTES // row_bytes)
        for start in range(0, len(self), block):
            yield from self[start : start + block]

    def __eq__(self, other: Any) -> Any:
        """Comparisons read the whole array and give a mask: `ds[ds["labels"] == 1]`."""
        return np.equal(self, other)

    def __ne__(self, other: Any) -> Any:
        return np.not_equal(self, other)

    def __lt__(self, other: Any) -> Any:
        return np.less(self, other)

    def __le__(self, other: Any) -> Any:
        return np.less_equal(self, other)

    def __gt__(self, other: Any) -> Any:
        return np.greater(self, other)

    def __ge__(self, other: Any) -> Any:
        return np.greater_equal(self, other)

    __hash__ = object.__hash__

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(np.equal(self, value)))

    def __repr__(self) -> str:
        dtype = self._entry["dtype"]
        note = "" if self.servable else f", not servable: {self._entry.get('reason')}"
        return f"<microtome.Array {self.name!r} {self.shape} {dtype}{note}>"

    def png(self, select: str = "", columns: Optional[int] = None, give_up_after: Optional[float] = None) -> bytes:
        """A selection as a PNG, many pictures as a contact sheet. Raises NotAcceptable for what is no picture."""
        transport = self._transport if give_up_after is None else self._transport.hasty(give_up_after)
        parameters = [("select", select), ("format", "png"), ("columns", columns), *self._parameters()]
        return transport.get_small(Request.get(self._path, parameters))

    def sheet(self, count: int, give_up_after: float) -> bytes:
        """The first rows as pictures side by side, for a notebook."""
        return self.png(f":{count}", columns=count, give_up_after=give_up_after)

    def _parameters(self) -> List[Tuple[str, object]]:
        """What belongs to every read."""
        return [("version", self._version)]

    def _repr_html_(self) -> str:
        from .html import render_array

        return render_array(self)

    @property
    def _path(self) -> str:
        return dataset_path(self._dataset, "arrays", self.name)

    def _read(self, selection: Selection) -> np.ndarray:
        return self._get(selection.text, selection.shape)

    def _get(self, select: str, shape: Tuple[int, ...]) -> np.ndarray:
        parameters = [("select", select or None), ("format", "raw"), *self._parameters()]
        dtype = self.dtype
        body, headers = self._transport.get_bytes(Request.get(self._path, parameters))
        if body.size != math.prod(shape) * dtype.itemsize or headers.get("X-Array-Dtype", dtype.str) != dtype.str:
            came = f"{headers.get('X-Array-Dtype')} ({headers.get('X-Array-Shape')})"
            raise BadAnswer(f"{self.name}[{select}] came as {came}, not as {dtype.str} {shape}")
        return body.view(dtype).reshape(shape)

    def _read_rows(self, selection: Selection) -> np.ndarray:
        assert selection.rows is not None
        if self.aligned and self._gather is not None:
            return self._gather(self.name, selection.rows, selection.text).reshape(selection.shape)
        values = np.empty(selection.shape, self.dtype)
        done = 0
        for piece in _pieces(selection.rows):
            select = f"({','.join(map(str, piece))})" + ("," + selection.text if selection.text else "")
            values[done : done + len(piece)] = self._get(select, (len(piece), *selection.shape[1:]))
            done += len(piece)
        return values


def _pieces(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Lists short enough for a select."""
    widest = len(str(rows.max())) + 1 if len(rows) else 1
    count = max(1, _LIST_CHARACTERS // widest)
    for start in range(0, len(rows), count):
        yield rows[start : start + count]
