"""Rows by number: one request, or as many as the server's limits make necessary."""

from __future__ import annotations

from typing import List

import numpy as np

from .errors import TooLarge
from .memory import Allocate, fresh
from .named_arrays import NamedArrays
from .reading import Reading
from .requests import Request, dataset_path
from .rows import Rows
from .safetensors import parse_named
from .transport import Transport

_POST_ROWS = 1 << 22  # 32 MiB of row numbers: a server closes the connection on a body of more than its limit, 64 MiB by default.
_GET_CHARACTERS = 6000  # Of row numbers in a URL: proxies refuse lines beyond 8 KB.


class Gatherer:
    """Reads rows of one version of a dataset. Immutable; may be used from any thread."""

    def __init__(self, transport: Transport, dataset: str, version: str, arrays: NamedArrays) -> None:
        self._transport = transport
        self._path = dataset_path(dataset, "rows")
        self._version = version
        self._arrays = arrays

    def gather(self, rows: np.ndarray, reading: Reading, allocate: Allocate = fresh) -> Rows:
        """The rows (int64, none negative) in the order given, an array per name of the reading, each the caller's own.

        One answer is read into memory that `allocate` gives; what comes in several is put together in memory as usual.
        """
        if len(reading.arrays) > 1 and any(map(self._arrays.is_complex, reading.arrays)):
            parts = [self.gather(rows, reading.only(name))[0] for name in reading.arrays]  # safetensors has no complex numbers.
            return Rows(reading.arrays, parts)
        if len(rows) > _POST_ROWS:
            return self._gather_pieces(rows, reading, _POST_ROWS)
        try:
            return self._ask(rows, reading, allocate)
        except TooLarge as error:
            if len(rows) < 2 or error.fields.get("unit") not in ("rows", "bytes"):
                raise
            half = (len(rows) + 1) // 2
            most = error.limit if error.fields["unit"] == "rows" else half
            return self._gather_pieces(rows, reading, most if most is not None and 0 < most < len(rows) else half)

    def _gather_pieces(self, rows: np.ndarray, reading: Reading, size: int) -> Rows:
        first = self.gather(rows[:size], reading)
        whole = [np.empty((len(rows), *array.shape[1:]), array.dtype) for array in first]
        for start in range(0, len(rows), size):
            piece = first if start == 0 else self.gather(rows[start : start + size], reading)
            for into, array in zip(whole, piece):
                into[start : start + size] = array
        return Rows(reading.arrays, whole)

    def _ask(self, rows: np.ndarray, reading: Reading, allocate: Allocate) -> Rows:
        is_raw = self._arrays.is_complex(reading.arrays[0])
        parameters = [*reading.parameters(), ("format", "raw" if is_raw else "safetensors"), ("version", self._version)]
        text = ",".join(map(str, rows)) if len(rows) <= _GET_CHARACTERS // 2 else None
        if text is not None and len(text) <= _GET_CHARACTERS:
            request = Request.get(self._path, [("rows", text), *parameters])
        else:
            request = Request.post(self._path, parameters, rows.astype("<i8").tobytes())
        body, headers = self._transport.get_bytes(request, allocate)
        if not is_raw:
            return Rows(reading.arrays, parse_named(body, reading.arrays))
        shape: List[int] = [int(length) for length in headers["X-Array-Shape"].split(",")]
        return Rows(reading.arrays, [body.view(headers["X-Array-Dtype"]).reshape(shape)])
