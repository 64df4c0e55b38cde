"""An array of a narrowed or transformed dataset, like NumPy's: its rows are the view's, in the view's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Optional, Tuple

import numpy as np

from .arrays import Array
from .requests import Request
from .selects import expand, is_list, parse_index, read_integer, read_rows

if TYPE_CHECKING:
    from .datasets import Dataset


class ViewArray(Array):
    """Row numbers are positions in the view. Where there is a transform, shape and dtype are those that come out of it."""

    def __init__(self, dataset: "Dataset", array: Array, transform: Optional[str]) -> None:
        super().__init__(array._transport, array._dataset, array._version, array._entry)
        self._view = dataset
        self._row_shape: Optional[Tuple[int, ...]] = None if transform else self.stored_shape[1:]
        self._out: Optional[np.dtype] = None
        self._transform = transform

    @property
    def shape(self) -> Tuple[int, ...]:
        self._ask()
        assert self._row_shape is not None
        return (len(self._view), *self._row_shape)

    @property
    def dtype(self) -> np.dtype:
        self._ask()
        return super().dtype if self._out is None else self._out

    def __len__(self) -> int:
        return len(self._view)

    def __getitem__(self, index: Any) -> Any:
        parse_index(index, self.shape)  # For its errors, which are NumPy's.
        items = expand(index, self.ndim)
        at = next(place for place, item in enumerate(items) if item is not None)
        first, is_one = items[at], not (isinstance(items[at], slice) or is_list(items[at]))
        rows = np.array([read_integer(first, len(self))]) if is_one else read_rows(first, len(self))
        items[at] = 0 if is_one else slice(None)
        if self._transform or None in items:
            values = self._gather_whole(rows, "")[tuple(items)]
        else:
            rest = parse_index(tuple(items[1:]), self.shape[1:])
            values = self._gather_whole(rows, rest.text)
            values = values[(items[0], *(rest.finish or ()))]
        values = np.asarray(values)
        return np.ascontiguousarray(values) if values.ndim else values[()]

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> np.ndarray:
        if copy is False:
            raise ValueError("an array on a server cannot be had without a copy")
        values = self._gather_whole(np.arange(len(self)), "")
        return values if dtype is None else values.astype(dtype, copy=False)

    def sheet(self, count: int, give_up_after: float) -> bytes:
        rows = self._view.row_numbers(slice(0, count))
        return self.png(f"({','.join(map(str, rows))})", columns=count, give_up_after=give_up_after)

    def _parameters(self) -> List[Tuple[str, object]]:
        return [*super()._parameters(), ("transform", self._transform)]

    def _gather_whole(self, rows: np.ndarray, select: str) -> np.ndarray:
        reading = self._view.reading((self.name,), {self.name: select} if select else None)
        return self._view.gather(rows, reading)[0]

    def _ask(self) -> None:
        """What comes out of a transform, from the headers of an answer without rows."""
        if self._row_shape is None:
            parameters = [("select", "0:0"), ("format", "raw"), *self._parameters()]
            _, headers = self._transport.get_bytes(Request.get(self._path, parameters))
            self._out = np.dtype(headers["X-Array-Dtype"])
            self._row_shape = tuple(int(length) for length in headers["X-Array-Shape"].split(",")[1:])
