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
        selects = [(_find(dataset_arrays, names, name), index) for name, index in (select or {}).items()]
        transforms = [(_find(dataset_arrays, names, name), text) for name, text in (transform or {}).items()]
        return Reading(names, tuple((name, _select_text(dataset_arrays, name, index)) for name, index in selects), tuple(transforms))

    def after(self, transforms: Mapping[str, str]) -> "Reading":
        """The same where other transforms come first, by the names that are read."""
        own = dict(self.transform)
        chains = ((name, "|".join(filter(None, (transforms.get(name), own.get(name))))) for name in self.arrays)
        return Reading(self.arrays, self.select, tuple((name, chain) for name, chain in chains if chain))

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


def _find(arrays: Mapping[str, Any], names: Sequence[str], name: str) -> str:
    """The name by which an array is read, which may be another one of its names."""
    if name in names:
        return name
    for read in names:
        if name in arrays and read in arrays and arrays[read] is arrays[name]:
            return read
    raise ValueError(f"select and transform are of arrays that are read ({', '.join(names)}); {name!r} is not among them")


def _select_text(arrays: Mapping[str, Any], name: str, index: Any) -> str:
    if isinstance(index, str):
        return index
    selection = parse_index(index, arrays[name].stored_shape[1:])
    if selection.rows is not None or selection.finish is not None:
        raise ValueError(f"select of {name}: integers and slices with a positive step only")
    return selection.text
