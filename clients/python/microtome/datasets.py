"""A dataset: named arrays that share their rows."""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, Optional, Tuple

import numpy as np

from .arrays import Array
from .batches import Batches
from .epochs import EpochPlan
from .gathering import Gatherer
from .named_arrays import NamedArrays
from .reading import ArrayNames, Reading
from .requests import Request, dataset_path
from .rows import Rows
from .selects import is_list, read_integer, read_rows
from .transport import Transport

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
        aliases = {alias: entry["name"] for entry in detail["arrays"] for alias in entry.get("aliases") or ()}
        self.arrays: Mapping[str, Array] = NamedArrays(self.name, listed, aliases)
        """Every array by name, also those that cannot be decoded or have other rows."""
        self._gatherer = Gatherer(transport, self.name, self.version, self.arrays)
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
        return name in self.arrays

    def __getitem__(self, key: Any) -> Any:
        """`ds["images"]` is an array; `ds[5]` one row of every array, `ds[[5, 1, 9]]`, `ds[10:20]` and `ds[mask]` many."""
        if isinstance(key, str):
            return self.arrays[key]
        if isinstance(key, slice) or is_list(key):
            return self.rows(key)
        row = self.rows([read_integer(key, len(self))])
        return Rows(row.names, [array[0] for array in row])

    def __iter__(self) -> Iterator[Tuple[Any, ...]]:
        """Row by row in the file's order, read a block at a time."""
        for start in range(0, len(self), _ITERATION_ROWS):
            yield from zip(*self.rows(slice(start, start + _ITERATION_ROWS)))

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
        return self.gather(rows, self.reading(arrays, select, transform))

    def gather(self, rows: Any, reading: Reading) -> Rows:
        """The same for a reading made before."""
        return self._gatherer.gather(read_rows(rows, len(self)), reading)

    def reading(
        self,
        arrays: ArrayNames = None,
        select: Optional[Mapping[str, Any]] = None,
        transform: Optional[Mapping[str, str]] = None,
    ) -> Reading:
        """What is read of each row: arrays (all by default), and by array a selection and a transform."""
        return Reading.of(self.arrays, self.names, arrays, select, transform)

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
        reading = self.reading(arrays, select, transform)
        plan = EpochPlan(
            self.name, self.version, reading, batch_size, per_rank, seed, epoch, epochs, order, tail, view, rank, world_size
        )
        batches = Batches(self._transport, plan, look_ahead=look_ahead, reuse=reuse)
        if plan.global_batch % plan.world_size:
            batches.warn_of_bias()
        return batches

    def torch(self, arrays: ArrayNames = None, **reading: Any) -> Any:
        """A map-style dataset for PyTorch; see `microtome.adapters.torch.MapDataset`."""
        from .adapters.torch import MapDataset

        return MapDataset(self, arrays, **reading)

    def _gather_one(self, name: str, rows: np.ndarray, select: str) -> np.ndarray:
        return self._gatherer.gather(rows, Reading((name,), ((name, select),) if select else ()))[0]
