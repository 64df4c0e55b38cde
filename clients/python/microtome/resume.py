"""Where an iteration is, in words that hold on any machine: content, view, order, seed, epoch and the next step.

Nothing of host, rank, workers or arrays: these may differ when it goes on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Dict, Mapping, Union
from urllib.parse import parse_qsl, quote, urlencode

from .epochs import EpochPlan
from .errors import ResumeError, VersionChanged

_PREFIX = "microtome.v1?"
_NUMBERS = ("seed", "batch_size", "epoch", "step")


@dataclass(frozen=True)
class State:
    """The first step that has not been handed out, and all that decides which rows it holds."""

    dataset: str
    version: str
    view: str
    order: str
    seed: int
    batch_size: int
    tail: str
    epoch: int
    step: int

    @staticmethod
    def of(plan: EpochPlan, epoch: int, step: int) -> "State":
        return State(
            plan.dataset, plan.version, plan.view, plan.order, plan.seed, plan.global_batch, plan.tail, epoch, step
        )

    def to_dict(self) -> Dict[str, Any]:
        """Plain values, for any checkpoint format; the seed as text, because not every format has 64 unsigned bits."""
        return {**asdict(self), "seed": str(self.seed)}

    def to_token(self) -> str:
        """One line of text, for a log or a command line."""
        return _PREFIX + urlencode(asdict(self), safe=":()|/@", quote_via=quote)

    @staticmethod
    def parse(state: Union[str, Mapping[str, Any]]) -> "State":
        """Reads a token, or what `to_dict` gave. Raises ResumeError for anything else."""
        if isinstance(state, str):
            if not state.startswith(_PREFIX):
                raise ResumeError(f"a token begins with {_PREFIX}")
            state = dict(parse_qsl(state[len(_PREFIX) :], keep_blank_values=True))
        names = [field.name for field in fields(State)]
        if sorted(state) != sorted(names):
            raise ResumeError(f"a state has {', '.join(names)}, not {', '.join(map(str, state))}")
        try:
            values: Dict[str, Any] = {name: int(state[name]) if name in _NUMBERS else str(state[name]) for name in names}
            parsed = State(**values)
        except (ValueError, TypeError) as error:
            raise ResumeError(f"a malformed state: {error}") from None
        if min(getattr(parsed, name) for name in _NUMBERS) < 0:
            raise ResumeError("a malformed state: no number in it is negative")
        return parsed

    def check(self, plan: EpochPlan) -> None:
        """Raises VersionChanged where the data differs, ResumeError where the batches would be other ones."""
        if self.version != plan.version:
            raise VersionChanged(
                f"the state belongs to version {self.version} of {self.dataset}; served now is {plan.version}, whose rows may differ",
                409,
                "version_changed",
                {"version": plan.version},
            )
        mine = State.of(plan, self.epoch, self.step)
        differing = [
            f"{name} {getattr(self, name)!r} against {getattr(mine, name)!r}"
            for name in ("view", "order", "seed", "batch_size", "tail")
            if getattr(self, name) != getattr(mine, name)
        ]
        if differing:
            hint = f". A batch counts the rows of all ranks: say batch_size={self.batch_size}" if self.batch_size != mine.batch_size else ""
            raise ResumeError(f"the state is of other batches: {'; '.join(differing)}{hint}")
        if self.epoch < plan.epoch or (plan.end is not None and self.epoch > plan.end):
            raise ResumeError(f"the state is in epoch {self.epoch}; these are epochs {plan.epoch} to {plan.end}")
