"""NumPy indices become the server's `select`, and what it cannot say is done here afterwards, on the answer.

The server knows integers, slices with a positive step, and a list of rows on axis 0. Negative steps are asked for forwards and
turned round; `None` adds its axis at the end. Everything is checked against the shape first, with NumPy's own errors.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, List, Optional, Tuple

import numpy as np


@dataclass(frozen=True)
class Selection:
    """What to ask for, what shape will come, and what is left to do."""

    text: str
    """The `select` over all axes; where `rows` is set, over the axes after the first."""

    shape: Tuple[int, ...]
    """The shape that the server sends (with the rows in front where `rows` is set)."""

    rows: Optional[np.ndarray] = None
    """The list of rows on axis 0 (int64, none negative), if the index has one."""

    finish: Optional[Tuple[Any, ...]] = None
    """The index to apply to the answer; None if there is nothing to do."""


def parse_index(index: Any, shape: Tuple[int, ...]) -> Selection:
    """Reads an index into an array of this shape. Raises IndexError as NumPy does, and for what cannot be asked remotely."""
    texts: List[str] = []
    sent: List[int] = []
    finish: List[Any] = []
    rows: Optional[np.ndarray] = None
    axis = 0
    for item in expand(index, len(shape)):
        if item is None:
            finish.append(None)
            continue
        length = shape[axis]
        if isinstance(item, slice):
            text, count, turn = _read_slice(item, length)
            texts.append(text)
            sent.append(count)
            finish.append(turn)
        elif is_list(item):
            if axis > 0:
                raise IndexError(f"a list can index axis 0 only, not axis {axis}; read a slice and index that")
            rows = _read_rows(item, length)
            sent.append(len(rows))
            finish.append(slice(None))
        else:
            texts.append(str(read_integer(item, length, axis)))
        axis += 1
    if rows is not None and None in finish:
        raise IndexError("a list and None cannot be combined; add the axis to the result")
    while texts and texts[-1] == ":":
        texts.pop()
    is_done = all(item == slice(None) for item in finish if item is not None) and None not in finish
    return Selection(",".join(texts), tuple(sent), rows, None if is_done else tuple(finish))


def read_rows(rows: Any, length: int) -> np.ndarray:
    """Row numbers as int64, negatives counted from the end: from integers, a slice, a range, a list, an array or a mask."""
    if isinstance(rows, slice):
        return np.arange(*rows.indices(length), dtype=np.int64)
    return _read_rows(rows, length)


def expand(index: Any, rank: int) -> List[Any]:
    """An index as one item an axis (and the Nones between), as `...` and missing axes mean."""
    items = list(index) if isinstance(index, tuple) else [index]
    ellipses = [at for at, item in enumerate(items) if item is Ellipsis]
    if len(ellipses) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    given = sum(item is not None and item is not Ellipsis for item in items)
    if given > rank:
        raise IndexError(f"too many indices for array: array is {rank}-dimensional, but {given} were indexed")
    at = ellipses[0] if ellipses else len(items)
    items[at : at + 1] = [slice(None)] * (rank - given)
    return items


def _read_slice(item: slice, length: int) -> Tuple[str, int, slice]:
    numbers = range(*item.indices(length))
    turn = slice(None)
    if numbers.step < 0:
        numbers, turn = numbers[::-1], slice(None, None, -1)
    if len(numbers) == 0:
        return "0:0", 0, slice(None)
    stop = numbers[-1] + 1
    if (numbers.start, stop, numbers.step) == (0, length, 1):
        return ":", length, turn
    text = f"{numbers.start}:{stop}" if numbers.step == 1 else f"{numbers.start}:{stop}:{numbers.step}"
    return text, len(numbers), turn


def is_list(item: Any) -> bool:
    """Whether an index means several rows: a list, a range, an array, a mask."""
    return isinstance(item, (list, tuple, range)) or (hasattr(item, "__array__") and np.ndim(item) > 0)


def _read_rows(item: Any, length: int) -> np.ndarray:
    try:
        numbers = np.asarray(item)
    except ValueError:
        raise IndexError("rows are listed in one axis; this is a ragged list") from None
    if numbers.ndim != 1:
        raise IndexError(f"rows are listed in one axis, not {numbers.ndim}; a mask has one entry a row")
    if numbers.dtype == bool:
        if len(numbers) != length:
            raise IndexError(f"boolean index did not match: {len(numbers)} entries for {length} rows")
        return np.flatnonzero(numbers)
    if numbers.size == 0:
        return np.empty(0, np.int64)
    if numbers.dtype.kind not in "iu":
        raise IndexError(f"rows are integers or booleans, not {numbers.dtype}")
    outside = (numbers >= length) | (numbers < -length)
    if outside.any():
        raise IndexError(f"index {numbers[outside][0]} is out of bounds for axis 0 with size {length}")
    numbers = numbers.astype(np.int64)
    return np.where(numbers < 0, numbers + length, numbers)


def read_integer(item: Any, length: int, axis: int = 0) -> int:
    """One index of an axis, counted from its beginning. Raises IndexError."""
    if isinstance(item, (bool, np.bool_)):
        raise IndexError("a boolean is no index of an axis")
    try:
        number = operator.index(item)
    except TypeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and a list of integers or booleans on axis 0 are valid indices"
        ) from None
    if not -length <= number < length:
        raise IndexError(f"index {number} is out of bounds for axis {axis} with size {length}")
    return number % length
