"""The steps of epochs over one stream. Cuts are mended: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Iterator, Optional, Tuple

import numpy as np

from .connection import Answer
from .epochs import BatchSpec, EpochPlan
from .errors import BadAnswer, TransportError, Unavailable
from .frames import HEAD_BYTES, MEDIA_TYPE, FrameHead, FrameKind, parse_frame_head
from .memory import Allocate
from .patience import Patience
from .problems import parse_problem
from .route import Route
from .rows import Batch
from .safetensors import parse_named

if TYPE_CHECKING:
    from .steps import StepSource

_TEXT_BYTES = 64 << 20  # No HEADER, END or ERROR is longer.

_TENSORS_HEADER_BYTES = 8 << 20  # More than the header of any batch: some 100 bytes a tensor.


class StepStream:
    """Reads batches from a route of its own. Used by one thread."""

    def __init__(self, route: Route, patience: Patience, plan: EpochPlan, allocate: Allocate) -> None:
        """`allocate` gives the memory (uint8, one axis) that a batch is read into."""
        self._route = route
        self._patience = patience
        self._plan = plan
        self._allocate = allocate
        self._head = bytearray(HEAD_BYTES)
        self._room: Optional[np.ndarray] = None
        self.spec: Optional[BatchSpec] = None
        """What the stream said of itself; None before the first answer."""

    def close(self) -> None:
        self._route.close()

    def read(self, epoch: int, start: int, stop: Optional[int] = None) -> Iterator[Batch]:
        """The batches [start, stop) of one epoch, stop clipped to its end."""
        step = start
        while True:
            try:
                answer = self._route.open(self._plan.stream(epoch, step, stop, MEDIA_TYPE), self._patience)
                for batch in self._read_answer(answer, epoch, step):
                    self._route.succeeded(self._patience)
                    step = batch.step + 1
                    yield batch
                    self._patience.succeeded()  # However long the caller kept the batch: waiting begins now.
                self._route.succeeded(self._patience)
                return
            except (TransportError, Unavailable) as error:
                self._route.recover(error, self._patience)

    def _read_answer(self, answer: Answer, epoch: int, step: int) -> Iterator[Batch]:
        """Until END. Raises what an ERROR frame says, ShortBody or TransportError at a cut."""
        head = self._read_head(answer)
        if head.kind == FrameKind.ERROR:
            raise parse_problem(500, self._read_text(answer, head))
        if head.kind != FrameKind.HEADER:
            raise BadAnswer("a stream does not begin with its HEADER")
        spec = self._note(self._read_text(answer, head))
        most = spec.batch_bytes(self._plan.most_rows) + _TENSORS_HEADER_BYTES
        while True:
            head = self._read_head(answer)
            if head.kind == FrameKind.DATA:
                if head.step != step:
                    raise BadAnswer(f"step {head.step} came where step {step} was due")
                if head.length > most:
                    raise BadAnswer(f"a batch of {head.length} bytes came where {most} are the most that it can have")
                body = self._room_for(head.length)
                answer.read_exactly(body.data)
                self._room = None
                yield Batch.of(epoch, step, spec.names, parse_named(body, spec.names))
                step += 1
            elif head.kind == FrameKind.END:
                self._read_text(answer, head)
                self._route.close()  # END says that all has come; whatever HTTP adds behind it is not waited for.
                return
            elif head.kind == FrameKind.ERROR:
                raise parse_problem(500, self._read_text(answer, head))
            elif head.kind == FrameKind.IDLE:
                self._read_text(answer, head)
            else:
                raise BadAnswer("a second HEADER within a stream")

    def _room_for(self, length: int) -> np.ndarray:
        """Memory for a batch; after a cut the same that it was read into before: a ring counts what it gives."""
        if self._room is None or len(self._room) != length:
            self._room = self._allocate(length)
        return self._room

    def _read_head(self, answer: Answer) -> FrameHead:
        answer.read_exactly(memoryview(self._head))
        return parse_frame_head(self._head)

    @staticmethod
    def _read_text(answer: Answer, head: FrameHead) -> bytes:
        if head.length > _TEXT_BYTES:
            raise BadAnswer(f"a {head.kind.name} of {head.length} bytes")
        text = bytearray(head.length)
        answer.read_exactly(memoryview(text))
        return bytes(text)

    def _note(self, text: bytes) -> BatchSpec:
        try:
            header = json.loads(text)
            is_ours = header["version"] == self._plan.version and header["order"] == self._plan.order
            spec = BatchSpec(
                names=tuple(array["name"] for array in header["arrays"]),
                dtypes=tuple(np.dtype(array["dtype"]) for array in header["arrays"]),
                row_shapes=tuple(tuple(array["shape"]) for array in header["arrays"]),
                steps=int(header["steps"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadAnswer(f"a malformed HEADER: {error!r}") from error
        if not is_ours or spec.names != self._plan.names:
            raise BadAnswer("a stream of another version, another order or other arrays than asked")
        self.spec = spec
        return spec


def read_epochs(stream: "StepSource", plan: EpochPlan, position: Tuple[int, int]) -> Iterator[Tuple[Batch, Tuple[int, int]]]:
    """Batches from a position (epoch, step) to the plan's end, each with the position behind it."""
    epoch, step = position
    while plan.end is None or epoch < plan.end:
        for batch in stream.read(epoch, step):
            step = batch.step + 1
            is_last = stream.spec is not None and step >= stream.spec.steps
            yield batch, ((epoch + 1, 0) if is_last else (epoch, step))
        if stream.spec is not None and stream.spec.steps == 0:
            warnings.warn(f"an epoch has no batch: the view {plan.view!r} has fewer rows than {plan.global_batch}, or none", stacklevel=2)
            return  # Nor has any other epoch.
        epoch, step = epoch + 1, 0
