"""PyTorch: a map-style dataset, and an iterable one whose sequence does not depend on the number of workers.

Tensors share the memory of the arrays that were received. Both may be pickled; connections are opened anew in each process.
"""

from __future__ import annotations

import copy
import operator
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

import torch.utils.data
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, SequentialSampler

from ..batches import Batches
from ..progress import open_bar
from ..reading import ArrayNames
from ..resume import State
from ..selects import is_list
from .ranks import find_rank
from .batch_memory import BatchMemory
from .tensors import to_tensors

if TYPE_CHECKING:
    from ..datasets import Dataset

Tensors = Tuple[torch.Tensor, ...]


class Sample(tuple):  # type: ignore[type-arg]
    """One row as a tuple of tensors. Its type tells PyTorch's `default_collate` that the rows may have come together."""


class GatheredRows(Sequence[Tensors]):
    """Rows of one request: a list of samples to whoever collates them, already collated to `MapDataset.collate`."""

    def __init__(self, tensors: Tensors, count: int) -> None:
        self.tensors = tensors
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: Any) -> Any:
        if not -self._count <= at < self._count:
            raise IndexError(f"sample {at} of {self._count}")
        return Sample(tensor[at] for tensor in self.tensors)


class MapDataset(torch.utils.data.Dataset):  # type: ignore[type-arg]
    """`DataLoader(ds.torch(), batch_size=64, shuffle=True)`: one request a batch, and no copy where PyTorch collates by type.

    PyTorch 2 asks `__getitems__` for a whole batch. Older ones ask for row after row; with them let a batch sampler do the
    same: `DataLoader(data, batch_size=None, sampler=data.batch_sampler(64, shuffle=True))`, which works everywhere.
    """

    def __init__(self, dataset: "Dataset", arrays: ArrayNames = None, **reading: Optional[Mapping[str, Any]]) -> None:
        """`arrays`, `select` and `transform` as in `Dataset.rows`."""
        self._dataset = dataset
        self._reading = dataset.reading(arrays, **reading)

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index: Any) -> Tensors:
        """One row of each array; for a list of rows the tensors of all of them, stacked."""
        if isinstance(index, slice) or is_list(index):
            return self._gather(index)
        return tuple(tensor[0] for tensor in self._gather([operator.index(index)]))

    def __getitems__(self, indices: Sequence[int]) -> GatheredRows:
        return GatheredRows(self._gather(list(indices)), len(indices))

    @staticmethod
    def collate(samples: Any) -> Any:
        """For `collate_fn`: rows that came together need no second copy; others are collated as usual."""
        return _collate(samples)

    def batch_sampler(
        self, batch_size: int, shuffle: bool = False, drop_last: bool = False, generator: Optional[torch.Generator] = None
    ) -> BatchSampler:
        """Lists of rows, for `DataLoader(data, batch_size=None, sampler=…)`: one request a batch with any PyTorch."""
        rows = RandomSampler(self, generator=generator) if shuffle else SequentialSampler(self)
        return BatchSampler(rows, batch_size, drop_last)

    def _gather(self, rows: Any) -> Tensors:
        memory = BatchMemory()
        return memory.tensors(self._dataset.gather(rows, self._reading, memory.allocate))


class IterableBatches(torch.utils.data.IterableDataset):  # type: ignore[type-arg]
    """`DataLoader(batches.torch(), batch_size=None, num_workers=2)`: tuples of tensors, step after step.

    The steps are dealt to the workers in turn and DataLoader takes them in turn, so that the sequence is the same for any number
    of workers. Without workers one stream is read ahead; a worker asks for each of its steps.
    """

    def __init__(self, batches: Batches, rank: Optional[int] = None, world_size: Optional[int] = None) -> None:
        """Rank and world size: as given, else of torch.distributed, else of torchrun's environment, else what the batches say."""
        found = find_rank(rank, world_size)
        is_said = rank is None and found == (0, 1)
        self._batches = batches.for_rank(*((batches.plan.rank, batches.plan.world_size) if is_said else found))

    def __len__(self) -> int:
        """Batches of a whole loop."""
        return len(self._batches)

    def __iter__(self) -> Iterator[Tensors]:
        worker = torch.utils.data.get_worker_info()
        if worker is None:
            for batch in self._batches:
                yield to_tensors(batch)
            return
        for at, (epoch, step) in enumerate(self._batches.addresses(*self._batches.take_start())):
            if at % worker.num_workers == worker.id:
                memory = BatchMemory()
                yield memory.tensors(self._batches.at(epoch, step, memory.allocate))

    @property
    def batches(self) -> Batches:
        return self._batches

    def loader(self, **options: Any) -> "ResumableLoader":
        """A DataLoader (`num_workers`, `pin_memory`, … are its options) that knows which step comes next."""
        return ResumableLoader(self, **options)

    def load_state_dict(self, state: Union[str, Mapping[str, Any]]) -> None:
        """The next loop begins there; a state of any rank and any loader will do.

        Workers hold copies of this object, so with them every later loop does, too: `loader` begins only one there.
        """
        self._batches.load_state_dict(state)


class ResumableLoader:
    """A DataLoader over batches, with a state: workers read ahead, so only whoever takes the batches knows how many were taken."""

    def __init__(self, data: IterableBatches, **options: Any) -> None:
        self._data = data
        self._options = options
        self._state = data.batches.state

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Tensors]:
        start = self._data.batches.take_start()
        data = copy.copy(self._data)
        data._batches = self._data.batches.starting(*start)  # Of its own: it holds for this loop.
        plan = data.batches.plan
        coming = data.batches.addresses(*start)
        next(coming, None)
        self._state = State.of(plan, *start)
        bar = open_bar(plan.dataset, "batches", data.batches.bar)
        data.batches.bar = False  # Workers show none of their own.
        try:
            for tensors in DataLoader(data, batch_size=None, **self._options):
                epoch, step = next(coming, (plan.end or 0, 0))
                self._state = State.of(plan, epoch, step)
                bar.to(*plan.progress(data.batches.spec, epoch, step))
                yield tensors
        finally:
            bar.close()

    def state_dict(self) -> Dict[str, Any]:
        """The first step that has not been handed out; nothing of host, rank or workers."""
        return self._state.to_dict()

    @property
    def token(self) -> str:
        return self._state.to_token()

    def load_state_dict(self, state: Union[str, Mapping[str, Any]]) -> None:
        self._data.load_state_dict(state)
        self._state = self._data.batches.state


def _collate(samples: Any, **_: Any) -> Any:
    if isinstance(samples, GatheredRows):
        return samples.tensors
    return torch.utils.data.default_collate([tuple(sample) for sample in samples])


def _register() -> None:
    """Rows that came together are a batch already: PyTorch 1.13 and later look up how to collate by the type of a sample."""
    by_type = getattr(torch.utils.data._utils.collate, "default_collate_fn_map", None)
    if by_type is not None:
        by_type[Sample] = _collate


_register()

__all__: List[str] = ["GatheredRows", "IterableBatches", "MapDataset", "ResumableLoader", "Sample"]
