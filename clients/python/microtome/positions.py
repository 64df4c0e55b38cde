"""Which rows a view consists of: its length, and its row numbers by position, asked for in blocks when they are needed."""

from __future__ import annotations

import io
from typing import Dict, Optional

import numpy as np

from .requests import Request, dataset_path
from .transport import Transport

_BLOCK_ROWS = 1 << 16
_MOST_BLOCKS = 128  # 64 MB of row numbers; beyond that the block that was read first is asked for anew.


class Positions:
    """The rows of one view of one version, which never change: what was asked once is kept, within bounds.

    May be used from any thread, and in a forked copy: what is shared is replaced whole, without a lock.
    """

    def __init__(self, transport: Transport, dataset: str, version: str, view: str) -> None:
        self._transport = transport
        self._path = dataset_path(dataset, "epochs", 0)
        self._common = [("view", view), ("version", version)]
        self._length: Optional[int] = None
        self._blocks: Dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        if self._length is None:
            parameters = [("batch_size", 1), ("tail", "keep"), ("order", "sequential"), *self._common]
            self._length = int(self._transport.get_json(Request.get(self._path + "/plan", parameters))["rows"])
        return self._length

    def rows(self, positions: np.ndarray) -> np.ndarray:
        """The row numbers at these positions (int64, none negative)."""
        numbers = np.empty(len(positions), np.int64)
        at = positions // _BLOCK_ROWS
        for number in np.unique(at):
            mine = at == number
            numbers[mine] = self._block(int(number))[positions[mine] % _BLOCK_ROWS]
        return numbers

    def _block(self, number: int) -> np.ndarray:
        block = self._blocks.get(number)
        if block is None:
            window = [("start", number * _BLOCK_ROWS), ("stop", (number + 1) * _BLOCK_ROWS)]
            parameters = [("order", "sequential"), *window, ("format", "npy"), *self._common]
            body, _ = self._transport.get_bytes(Request.get(self._path + "/order", parameters))
            block = np.load(io.BytesIO(body.tobytes()), allow_pickle=False)
            kept = list(self._blocks.items())[1 - _MOST_BLOCKS :]
            self._blocks = {**dict(kept), number: block}
        return block
