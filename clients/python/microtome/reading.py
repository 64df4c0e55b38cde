"""Which arrays are read of each row, which part of them, and what is done to them on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Sequence, Tuple, Union

from .selects import parse_index

_BARE_NAME = re.compile(r"[A-Za-z0-9_./-]+|@rows|@valid")

ArrayNames = Union[str, Sequence[str], None]


def quote_name(name: str) -> str:
    """A name as it stands in a parameter: in double quotes unless it is plain."""
    return name if _BARE_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Reading:
    """Immutable, so that datasets, batches and worker processes can share it."""

    arrays: Tuple[str, ...]
    """In the order in which they are handed out."""

    select: Tuple[Tuple[str, str], ...] = ()
    transform: Tuple[Tuple[str, str], ...] = ()

    @staticmethod
    def of(
        dataset_arrays: Mapping[str, Any],
        default: Sequence[str],
        arrays: ArrayNames = None,
        select: Optional[Mapping[str, Any]] = None,
        transform: Optional[Mapping[str, str]] = None,
    ) -> "Reading":
        """Reads what a caller gives: names, and by array a selection (text, or a NumPy index of one row) and a transform."""
        names = tuple(default) if arrays is None else (arrays,) if isinstance(arrays, str) else tuple(arrays)
        if not names:
            raise ValueError("no array to read")
        selects = tuple((name, _select_text(dataset_arrays, name, index)) for name, index in (select or {}).items())
        return Reading(names, selects, tuple((transform or {}).items()))

    def only(self, name: str) -> "Reading":
        """The same for one array."""
        select = tuple(pair for pair in self.select if pair[0] == name)
        return Reading((name,), select, tuple(pair for pair in self.transform if pair[0] == name))

    def parameters(self) -> List[Tuple[str, object]]:
        """As query parameters."""
        listed: List[Tuple[str, object]] = [("arrays", ",".join(map(quote_name, self.arrays)))]
        listed += [("select", f"{quote_name(name)}:{text}") for name, text in self.select]
        listed += [("transform", f"{quote_name(name)}:{text}") for name, text in self.transform]
        return listed


def _select_text(arrays: Mapping[str, Any], name: str, index: Any) -> str:
    if isinstance(index, str):
        return index
    selection = parse_index(index, arrays[name].shape[1:])
    if selection.rows is not None or selection.finish is not None:
        raise ValueError(f"select of {name}: integers and slices with a positive step only")
    return selection.text
