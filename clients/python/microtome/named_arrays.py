"""The arrays of a dataset by name, under every name that they have."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, Mapping

from .arrays import Array
from .errors import NotFound


class NamedArrays(Mapping[str, Array]):
    """Immutable. Iterates over the first name of each; aliases (other links to the same array) can be looked up."""

    def __init__(self, dataset: str, arrays: Iterable[Array], aliases: Mapping[str, str]) -> None:
        self._dataset = dataset
        self._arrays: Dict[str, Array] = {array.name: array for array in arrays}
        self._aliases = dict(aliases)

    def __getitem__(self, name: str) -> Array:
        """Raises NotFound, which is a KeyError, with the names that there are."""
        found = self._arrays.get(self._aliases.get(name, name))
        if found is None:
            raise NotFound(f"{self._dataset} has no array {name!r}; it has {', '.join(self._arrays)}", 404, "array_not_found")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self._arrays.values()))}}}"

    def is_complex(self, name: Any) -> bool:
        array = self._arrays.get(self._aliases.get(name, name))
        return array is not None and array.is_complex
