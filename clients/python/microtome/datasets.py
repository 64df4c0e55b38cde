"""A dataset: named arrays that share their rows."""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, Optional, Tuple

import numpy as np

from . import views as expressions
from .arrays import Array
from .batches import Batches
from .epochs import EpochPlan
from .gathering import Gatherer
from .errors import MicrotomeError, VersionChanged
from .memory import Allocate, fresh
from .named_arrays import NamedArrays
from .narrowing import Narrowing
from .positions import Positions
from .reading import ArrayNames, Reading
from .requests import Request, dataset_path
from .rows import Rows
from .selects import is_list, read_integer, read_rows
from .server_work import ServerWork
from .stored_views import find_view, store_rows
from .transport import Transport
from .view_arrays import ViewArray

_ITERATION_ROWS = 256


class Dataset(Narrowing, ServerWork):
    """All rows of a dataset, or a view of it: `ds.where(…)`, `ds.split(…)` and `ds.transform(…)` give datasets again.

    Pinned to the version that was opened: if the data changes, reading raises VersionChanged, and never mixes.

    Immutable; may be pickled and used from any thread, and in worker processes after fork or spawn.
    """

    def __init__(
        self, transport: Transport, detail: Mapping[str, Any], view: str = expressions.ALL, transforms: Tuple[Tuple[str, str], ...] = ()
    ) -> None:
        """`view` says which rows, `transforms` by array what is done to each on its way, both in the server's words."""
        self._transport = transport
        self._detail = detail
        self.name: str = detail["name"]
        self.version: str = detail["version"]
        self.expression = view
        """Which rows: `all`, an id, or operations."""
        self._transforms = dict(transforms)
        listed = [Array(transport, self.name, self.version, entry, self._gather_one) for entry in detail["arrays"]]
        aliases = {alias: entry["name"] for entry in detail["arrays"] for alias in entry.get("aliases") or ()}
        stored = NamedArrays(self.name, listed, aliases)
        self._gatherer = Gatherer(transport, self.name, self.version, stored)
        self._positions: Optional[Positions] = None if view == expressions.ALL else Positions(transport, self.name, self.version, view)
        self.arrays: Mapping[str, Array] = stored
        """Every array by name, also those that cannot be decoded or have other rows."""
        if view != expressions.ALL or transforms:
            self.arrays = NamedArrays(self.name, [self._seen(array) for array in listed], aliases)
        self.names: Tuple[str, ...] = tuple(array.name for array in listed if array.aligned and array.servable)
        """The arrays that rows and batches consist of unless others are asked for."""

    @staticmethod
    def open(transport: Transport, name: str) -> "Dataset":
        return Dataset(transport, transport.get_json(Request.get(dataset_path(name))))

    def __reduce__(self) -> Any:
        return Dataset, (self._transport, self._detail, self.expression, tuple(self._transforms.items()))

    def __len__(self) -> int:
        """Rows; of a view the server is asked once."""
        return int(self._detail["rows"]) if self._positions is None else len(self._positions)

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
        arrays = ", ".join(map(self._describe, self.arrays.values()))
        view = "" if self._positions is None else f", view {self.expression!r}"
        return f"<microtome.Dataset {self.name!r}{view}: {self._rows_text()} rows; {arrays}>"

    def _repr_html_(self) -> str:
        from .html import render_dataset

        return render_dataset(self)

    def reopened(self) -> "Dataset":
        """The same rows with what the server knows of the dataset now. Raises VersionChanged where the data is other data."""
        detail = self._transport.get_json(Request.get(dataset_path(self.name)))
        if detail.get("version") != self.version:
            raise VersionChanged(f"{self.name} is now version {detail.get('version')}", 409, "version_changed", detail)
        return Dataset(self._transport, detail, self.expression, tuple(self._transforms.items()))

    def _describe(self, array: Array) -> str:
        if not isinstance(array, ViewArray):
            return f"{array.name} {array.shape} {array._entry['dtype']}"
        transform = self._transforms.get(array.name)
        return f"{array.name} {array.stored_shape[1:]} {array._entry['dtype']}" + (f" → {transform}" if transform else "")

    def _rows_text(self) -> str:
        """How many, without keeping anybody waiting."""
        try:
            return f"{len(self):,}"
        except MicrotomeError:
            return "?"

    def _with(self, view: str) -> "Dataset":
        return Dataset(self._transport, self._detail, view, tuple(self._transforms.items()))

    def _seen(self, array: Array) -> Array:
        return ViewArray(self, array, self._transforms.get(array.name)) if array.aligned and array.servable else array

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
        `select` cuts rows as they are stored, by array: `{"images": np.s_[0:32, 0:32]}`. `transform` is done after that, in the
        server's words: `{"images": "cast(f4)|div(255)"}`.
        """
        return self.gather(rows, self.reading(arrays, select, transform))

    def gather(self, rows: Any, reading: Reading, allocate: Allocate = fresh) -> Rows:
        """The same for a reading made before, in memory that `allocate` gives."""
        return self._gatherer.gather(self.row_numbers(rows), reading, allocate)

    def row_numbers(self, rows: Any = slice(None)) -> np.ndarray:
        """Which rows of the dataset these are: of a view, the rows at these positions in it."""
        numbers = read_rows(rows, len(self))
        return numbers if self._positions is None else self._positions.rows(numbers)

    def reading(
        self,
        arrays: ArrayNames = None,
        select: Optional[Mapping[str, Any]] = None,
        transform: Optional[Mapping[str, str]] = None,
    ) -> Reading:
        """What is read of each row: arrays (all by default), and by array a selection and a transform (after the dataset's own)."""
        reading = Reading.of(self.arrays, self.names, arrays, select, transform)
        own = {name: self._transforms.get(self.arrays[name].name, "") for name in reading.arrays if name in self.arrays}
        return reading.after(own)

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
        view: Any = None,
        arrays: ArrayNames = None,
        select: Optional[Mapping[str, Any]] = None,
        transform: Optional[Mapping[str, str]] = None,
        rank: int = 0,
        world_size: int = 1,
        look_ahead: int = 4,
        reuse: bool = False,
        bar: Optional[bool] = False,
    ) -> Batches:
        """Batches of shuffled epochs, as an iterable. See `Batches`.

        `batch_size` is the global batch, over all ranks; `per_rank=64` is the other way to say it. `epochs` passes are made,
        from number `epoch` on; None goes on for ever. `tail` is `drop`, `keep` or `pad` (then the mask of the real rows comes
        last in each batch).
        """
        if (batch_size is None) == (per_rank is None):
            raise ValueError("give batch_size (of all ranks together) or per_rank, one of the two")
        if view is not None:
            return self.view(view).batches(
                batch_size, per_rank=per_rank, seed=seed, epoch=epoch, epochs=epochs, order=order, tail=tail, arrays=arrays,
                select=select, transform=transform, rank=rank, world_size=world_size, look_ahead=look_ahead, reuse=reuse, bar=bar,
            )  # fmt: skip
        reading = self.reading(arrays, select, transform)
        plan = EpochPlan(
            self.name, self.version, reading, batch_size, per_rank, seed, epoch, epochs, order, tail, self.expression, rank, world_size,
            has_complex=any(name in self.arrays and self.arrays[name].is_complex for name in reading.arrays),
        )
        batches = Batches(self._transport, plan, look_ahead=look_ahead, reuse=reuse, bar=bar)
        if plan.global_batch % plan.world_size:
            batches.warn_of_bias()
        return batches

    def view(self, view: Any) -> "Dataset":
        """The rows of a view: its name (`ds.view("train")`), an expression, or row numbers (a list, an array, a mask).

        A name is looked up now, and what it means is what is kept. Row numbers are stored on the server under their id.
        """
        if not isinstance(view, str):
            return self._with(view=store_rows(self._transport, self.name, self.version, self.row_numbers(view)))
        name, rest = expressions.leading_name(view)
        if name == expressions.ALL or name is None:
            return self.narrowed(rest) if rest else self
        found = self._with(view=expressions.join(self.expression, find_view(self._transport, self.name, name)))
        return found.narrowed(rest) if rest else found

    def narrowed(self, operation: str) -> "Dataset":
        """The rows that further operations leave, in the server's words: `ds.narrowed("slice(::2)|unique(images)")`."""
        return self._with(view=expressions.join(self.expression, operation))

    def transform(self, transforms: Optional[Mapping[str, str]] = None, **by_name: str) -> "Dataset":
        """Changes arrays on their way: `ds.transform(images="resize(150,150,area)|cast(f4)|div(255)")`. Chains go on."""
        chained = dict(self._transforms)
        for name, text in {**(transforms or {}), **by_name}.items():
            stored = self.arrays[name].name
            chained[stored] = f"{chained[stored]}|{text}" if stored in chained else text
        return Dataset(self._transport, self._detail, self.expression, tuple(chained.items()))

    def torch(self, arrays: ArrayNames = None, **reading: Any) -> Any:
        """A map-style dataset for PyTorch; see `microtome.adapters.torch.MapDataset`."""
        from .adapters.torch import MapDataset

        return MapDataset(self, arrays, **reading)

    def _gather_one(self, name: str, rows: np.ndarray, select: str) -> np.ndarray:
        return self._gatherer.gather(rows, Reading((name,), ((name, select),) if select else ()))[0]
