"""Shuffled epochs as an iterable, resumable at every step."""

from __future__ import annotations

import warnings
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple, Union

from .epochs import BatchSpec, EpochPlan
from .errors import BadAnswer
from .iteration import BatchIterator, Position
from .memory import Allocate, fresh
from .progress import open_bar
from .resume import State
from .rows import Batch
from .safetensors import parse_named
from .steps import open_steps, parse_npz
from .transport import Transport


class Batches:
    """The batches of one or more epochs: `for images, labels in ds.batches(256, seed=7, epochs=10)`.

    Each loop begins at the first epoch, or where `load_state_dict` said, once. One thread reads `look_ahead` batches ahead over
    one stream; with `look_ahead=0` batches are read when they are asked for. With `reuse=True` a batch is valid until
    the next one is asked for; else the caller owns it. `bar=True` shows how far a loop is (None: where somebody looks). The sequence depends on the data, view, order, seed and batch size alone.
    """

    def __init__(self, transport: Transport, plan: EpochPlan, look_ahead: int = 4, reuse: bool = False, bar: Optional[bool] = False) -> None:
        self._transport = transport
        self._plan = plan
        if look_ahead < 0:
            raise ValueError("look_ahead is 0 (none) or more")
        self._look_ahead = look_ahead
        self._reuse = reuse
        self.bar = bar
        self._spec: Optional[BatchSpec] = None
        self._position = Position(plan.epoch, 0)
        self._start: Optional[Tuple[int, int]] = None

    @property
    def plan(self) -> EpochPlan:
        return self._plan

    def __iter__(self) -> "BatchIterator":
        start = self.take_start()
        self._position = Position(*start)
        bar = open_bar(self._plan.dataset, "batches", self.bar)
        return BatchIterator(self._transport, self._plan, self._position, self._look_ahead, self._reuse, bar)

    def __len__(self) -> int:
        """Batches of a whole loop, over all its epochs."""
        if self._plan.epochs is None:
            raise TypeError("these batches go on for ever")
        return self.steps * self._plan.epochs

    def __repr__(self) -> str:
        plan = self._plan
        rank = f", rank {plan.rank} of {plan.world_size}" if plan.world_size > 1 else ""
        return (
            f"<microtome.Batches of {plan.dataset!r}: {plan.global_batch} rows, {plan.order}, seed {plan.seed}, view {plan.view!r}, "
            f"epochs from {plan.epoch} to {plan.end}{rank}>"
        )

    @property
    def steps(self) -> int:
        """Batches of one epoch, the same for every rank."""
        return self.spec.steps

    @property
    def spec(self) -> BatchSpec:
        """Names, types and row shapes of every batch, and the steps of an epoch; asked of the server once, no data is read."""
        if self._spec is None:
            _, stream = open_steps(self._transport, self._plan, fresh)
            for _ in stream.read(self._plan.epoch, 0, 0):
                raise BadAnswer("a stream of no steps has one")
            stream.close()
            self._spec = stream.spec
        assert self._spec is not None
        return self._spec

    def at(self, epoch: int, step: int, allocate: Allocate = fresh) -> Batch:
        """One batch by its address, in memory that `allocate` gives. Raises PastEnd beyond the epoch."""
        names = self._plan.names
        if self._plan.has_complex:
            return parse_npz(self._plan, epoch, step, self._transport.get_large(self._plan.batch(epoch, step)))
        body, _ = self._transport.get_bytes(self._plan.batch(epoch, step), allocate)
        return Batch.of(epoch, step, names, parse_named(body, names))

    def state_dict(self) -> Dict[str, Any]:
        """Where the latest loop is: the first step that it has not handed out. Plain values, for a checkpoint."""
        return self.state.to_dict()

    def load_state_dict(self, state: Union[str, Mapping[str, Any]]) -> None:
        """The next loop begins there; takes a `token` too.

        Rank, world size, workers, arrays and server may differ. Raises VersionChanged where the data has changed, ResumeError
        where the batches would be other ones.
        """
        parsed = State.parse(state)
        parsed.check(self._plan)
        self._start = (parsed.epoch, parsed.step)
        self._position = Position(parsed.epoch, parsed.step)

    @property
    def state(self) -> State:
        return State.of(self._plan, self._position.epoch, self._position.step)

    @property
    def token(self) -> str:
        """The state as one line of text."""
        return self.state.to_token()

    def take_start(self) -> Tuple[int, int]:
        """Where the next loop begins: where `load_state_dict` said, once, else at the first step."""
        start, self._start = self._start, None
        return start or (self._plan.epoch, 0)

    def starting(self, epoch: int, step: int) -> "Batches":
        """The same batches, whose next loop begins there. Each in memory of its own, also if these reuse theirs."""
        return self._with(self._plan, (epoch, step))

    def addresses(self, epoch: int, step: int) -> Iterator[Tuple[int, int]]:
        """(epoch, step) of every batch from there to the end, without reading any."""
        steps = self.steps
        while steps > 0 and (self._plan.end is None or epoch < self._plan.end):
            for later in range(step, steps):
                yield epoch, later
            epoch, step = epoch + 1, 0

    def torch(self, rank: Optional[int] = None, world_size: Optional[int] = None) -> Any:
        """An iterable dataset for PyTorch; see `microtome.adapters.torch.IterableBatches`."""
        from .adapters.torch import IterableBatches

        return IterableBatches(self, rank, world_size)

    def tf(self, rank: int = 0, world_size: int = 1) -> Any:
        """A `tf.data.Dataset`; see `microtome.adapters.tf`."""
        from .adapters.tf import to_dataset

        return to_dataset(self.for_rank(rank, world_size))

    def keras(self, rank: int = 0, world_size: int = 1, **options: Any) -> Any:
        """A `keras.utils.PyDataset`, with its own options; see `microtome.adapters.keras`."""
        from .adapters.keras import to_py_dataset

        return to_py_dataset(self.for_rank(rank, world_size), **options)

    def for_rank(self, rank: int, world_size: int) -> "Batches":
        """The same batches, of which rank `rank` of `world_size` receives its slice. Warns where the slices differ in size.

        Each batch is in memory of its own: what adapters make of it may live longer than one turn of a loop.
        """
        other = self._with(self._plan.for_rank(rank, world_size), self._start)
        other.warn_of_bias()
        return other

    def _with(self, plan: EpochPlan, start: Optional[Tuple[int, int]]) -> "Batches":
        other = Batches(self._transport, plan, self._look_ahead, bar=self.bar if plan.rank == 0 else False)  # One bar, not one a rank.
        if start is not None:
            other._start = start
            other._position = Position(*start)
        return other

    def warn_of_bias(self) -> None:
        """Ranks that average gradients (DDP) give each rank the same weight, however many rows it had."""
        plan = self._plan
        if plan.global_batch % plan.world_size:
            warnings.warn(
                f"a batch of {plan.global_batch} rows is not divided evenly among {plan.world_size} ranks: averaged gradients (DDP) "
                f"would weigh rows unequally. Choose a multiple, or say per_rank=; with either, tail='drop' is the safe choice",
                stacklevel=4,
            )
        elif plan.world_size > 1 and plan.tail == "keep" and self._rows() % plan.global_batch % plan.world_size:
            warnings.warn(
                "tail='keep' leaves a last batch that is not divided evenly among the ranks: averaged gradients (DDP) would weigh "
                "its rows unequally. tail='drop' is the safe choice",
                stacklevel=4,
            )

    def _rows(self) -> int:
        """Rows of the view."""
        return int(self._transport.get_json(self._plan.for_rank(0, 1).forecast(self._plan.epoch))["rows"])
