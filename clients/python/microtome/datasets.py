"""A dataset: named arrays that share their rows."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

import numpy as np

from .arrays import Array
from .batches import Batches
from .epochs import EpochPlan
from .errors import NotFound
from .reading import ArrayNames, Reading
from .requests import Request, dataset_path
from .rows import Rows
from .safetensors import parse_safetensors
from .selects import read_rows
from .transport import Transport

_GET_CHARACTERS = 6000  # Of row numbers in a URL: proxies refuse lines beyond 8 KB.
_ITERATION_ROWS = 256


class Dataset:
    """Pinned to the version that was opened: if the data changes, reading raises VersionChanged, and never mixes.

    Immutable; may be pickled and used from any thread, and in worker processes after fork or spawn.
    """

    def __init__(self, transport: Transport, detail: Mapping[str, Any]) -> None:
        self._transport = transport
        self._detail = detail
        self.name: str = detail["name"]
        self.version: str = detail["version"]
        listed = [Array(transport, self.name, self.version, entry, self._gather_one) for entry in detail["arrays"]]
        self.arrays: Dict[str, Array] = {array.name: array for array in listed}
        """Every array by name, also those that cannot be decoded or have other rows."""
        self._aliases = {alias: entry["name"] for entry in detail["arrays"] for alias in entry.get("aliases") or ()}
        self.names: Tuple[str, ...] = tuple(array.name for array in listed if array.aligned and array.servable)
        """The arrays that rows and batches consist of unless others are asked for."""

    @staticmethod
    def open(transport: Transport, name: str) -> "Dataset":
        return Dataset(transport, transport.get_json(Request.get(dataset_path(name))))

    def __reduce__(self) -> Any:
        return Dataset, (self._transport, self._detail)

    def __len__(self) -> int:
        return int(self._detail["rows"])

    def __contains__(self, name: object) -> bool:
        return name in self.arrays or name in self._aliases

    def __getitem__(self, key: Any) -> Any:
        """`ds["images"]` is an array; `ds[5]` one row of every array, `ds[[5, 1, 9]]`, `ds[10:20]` and `ds[mask]` many."""
        if isinstance(key, str):
            try:
                return self.arrays[self._aliases.get(key, key)]
            except KeyError:
                raise NotFound(f"{self.name} has no array {key!r}; it has {', '.join(self.arrays)}", 404, "array_not_found") from None
        if isinstance(key, (slice, list, tuple, range)) or np.ndim(key) > 0:
            return self.rows(key)
        return tuple(self.arrays[name][key] for name in self.names)

    def __iter__(self) -> Iterator[Tuple[Any, ...]]:
        """Row by row in the file's order, read a block at a time."""
        for block in self.batches(min(_ITERATION_ROWS, max(1, len(self))), order="sequential", tail="keep"):
            yield from zip(*block)

    def __repr__(self) -> str:
        arrays = ", ".join(f"{array.name} {array.shape} {array._entry['dtype']}" for array in self.arrays.values())
        return f"<microtome.Dataset {self.name!r}: {len(self):,} rows; {arrays}>"

    def _repr_html_(self) -> str:
        from .html import render_dataset

        return render_dataset(self)

    @property
    def views(self) -> List[str]:
        """The names that `view=` takes here (expressions beside)."""
        return list(self._detail.get("views") or ["all"])

    @property
    def attributes(self) -> Mapping[str, Any]:
        return self._detail.get("attributes") or {}

    @property
    def labels(self) -> Optional[Mapping[str, Any]]:
        """The array that classes are read from, and their names: `{"array": …, "names": …}`, or None."""
        return self._detail.get("labels")

    def rows(
        self,
        rows: Any,
        arrays: ArrayNames = None,
        *,
        select: Optional[Mapping[str, Any]] = None,
        transform: Optional[Mapping[str, str]] = None,
    ) -> Rows:
        """Gathers rows by number, in the order asked, duplicates included: one request, a tuple with an array per name.

        `rows`: integers (negative from the end), a slice, or a mask. `arrays` may hold `"@rows"`, the row numbers themselves.
        `select` cuts rows, by array: `{"images": np.s_[0:32, 0:32]}`. `transform` is the server's: `{"images": "cast(f4)|div(255)"}`.
        """
        return self.gather(rows, Reading.of(self.arrays, self.names, arrays, select, transform))

    def gather(self, rows: Any, reading: Reading) -> Rows:
        """The same for a reading made before."""
        return self._gather(read_rows(rows, len(self)), reading)

    def batches(
        self,
        batch_size: Optional[int] = None,
        *,
        per_rank: Optional[int] = None,
        seed: int = 0,
        epoch: int = 0,
        epochs: Optional[int] = 1,
        order: str = "shuffle",
        tail: str = "drop",
        view: str = "all",
        arrays: ArrayNames = None,
        select: Optional[Mapping[str, Any]] = None,
        transform: Optional[Mapping[str, str]] = None,
        rank: int = 0,
        world_size: int = 1,
        look_ahead: int = 4,
        reuse: bool = False,
    ) -> Batches:
        """Batches of shuffled epochs, as an iterable. See `Batches`.

        `batch_size` is the global batch, over all ranks; `per_rank=64` is the other way to say it. `epochs` passes are made,
        from number `epoch` on; None goes on for ever. `tail` is `drop`, `keep` or `pad` (then the mask of the real rows comes
        last in each batch).
        """
        if (batch_size is None) == (per_rank is None):
            raise ValueError("give batch_size (of all ranks together) or per_rank, one of the two")
        reading = Reading.of(self.arrays, self.names, arrays, select, transform)
        plan = EpochPlan(
            self.name, self.version, reading, batch_size, per_rank, seed, epoch, epochs, order, tail, view, rank, world_size
        )
        return Batches(self._transport, plan, look_ahead=look_ahead, reuse=reuse)

    def torch(self, arrays: ArrayNames = None, **reading: Any) -> Any:
        """A map-style dataset for PyTorch; see `microtome.adapters.torch.MapDataset`."""
        from .adapters.torch import MapDataset

        return MapDataset(self, arrays, **reading)

    def _gather_one(self, name: str, rows: np.ndarray, select: str) -> np.ndarray:
        return self._gather(rows, Reading((name,), ((name, select),) if select else ()))[0]

    def _gather(self, rows: np.ndarray, reading: Reading) -> Rows:
        if len(reading.arrays) > 1 and any(self._is_complex(name) for name in reading.arrays):
            parts = [self._gather(rows, reading.only(name))[0] for name in reading.arrays]  # safetensors has no complex numbers.
            return Rows(reading.arrays, parts)
        is_raw = self._is_complex(reading.arrays[0])
        parameters = [*reading.parameters(), ("format", "raw" if is_raw else "safetensors"), ("version", self.version)]
        path = dataset_path(self.name, "rows")
        text = ",".join(map(str, rows)) if len(rows) <= _GET_CHARACTERS // 2 else None
        if text is not None and len(text) <= _GET_CHARACTERS:
            request = Request.get(path, [("rows", text), *parameters])
        else:
            request = Request.post(path, parameters, rows.astype("<i8").tobytes())
        body, headers = self._transport.get_bytes(request)
        if is_raw:
            shape = [int(length) for length in headers["X-Array-Shape"].split(",")]
            return Rows(reading.arrays, [body.view(headers["X-Array-Dtype"]).reshape(shape)])
        tensors = parse_safetensors(body)
        return Rows(reading.arrays, [tensors[name] for name in reading.arrays])

    def _is_complex(self, name: str) -> bool:
        array = self.arrays.get(name)
        return array is not None and array.servable and array.dtype.kind == "c"
