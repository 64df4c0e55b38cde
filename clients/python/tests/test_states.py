"""States and tokens: they survive being written down, and refuse what they do not fit."""

import json
from dataclasses import replace

import numpy as np
import pytest

from microtome.epochs import EpochPlan, versioned_order
from microtome.errors import ResumeError, VersionChanged
from microtome.reading import Reading
from microtome.resume import State

PLAN = EpochPlan(
    "digits", "abc123", Reading(("x",)), 64, None, (1 << 64) - 1, 2, 5, "shuffle", "drop", "where(y == 1)|slice(::2)", 0, 1
)


def test_state_is_the_same_after_json_and_after_a_token():
    state = State.of(PLAN, 3, 17)
    assert State.parse(json.loads(json.dumps(state.to_dict()))) == state
    assert State.parse(state.to_token()) == state
    assert " " not in state.to_token()


def test_state_names_nothing_of_ranks_or_arrays():
    other = replace(PLAN, reading=Reading(("y", "@rows")), rank=2, world_size=3)
    assert State.of(other, 3, 17) == State.of(PLAN, 3, 17)
    assert set(State.of(PLAN, 0, 0).to_dict()) == {
        "dataset", "version", "view", "order", "seed", "batch_size", "tail", "epoch", "step",
    }  # fmt: skip


def test_per_rank_says_the_global_batch():
    spelled = replace(PLAN, batch_size=None, per_rank=16, rank=1, world_size=4)
    assert State.of(spelled, 3, 17) == State.of(PLAN, 3, 17)


def test_state_carries_the_versioned_order():
    assert State.of(PLAN, 0, 0).order == "perm.v1"
    assert versioned_order("window:16") == versioned_order("window.v1:16") == "window.v1:16"
    assert versioned_order("sequential") == "sequential"
    for wrong in ("shuffel", "window", "window:0", "window:x", "perm.v2"):
        with pytest.raises(ValueError):
            versioned_order(wrong)


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"view": "all"}, {"order": "sequential"}, {"batch_size": 65}, {"tail": "keep"}, {"epoch": 4}, {"epochs": 0}]
)
def test_other_batches_are_refused(change):
    with pytest.raises(ResumeError):
        State.of(PLAN, 3, 17).check(replace(PLAN, **change))


def test_other_data_is_refused():
    with pytest.raises(VersionChanged, match="abc123"):
        State.of(PLAN, 3, 17).check(replace(PLAN, version="def"))


@pytest.mark.parametrize("state", ["", "nonsense", "microtome.v1?seed=1", {}, {"seed": 1}, {**State.of(PLAN, 3, 17).to_dict(), "step": -1}, {**State.of(PLAN, 3, 17).to_dict(), "step": None}])
def test_malformed_states_are_refused(state):
    with pytest.raises(ResumeError):
        State.parse(state)


@pytest.mark.parametrize(
    "change",
    [{"batch_size": 2.5}, {"batch_size": True}, {"seed": "7"}, {"epoch": 1.5}, {"batch_size": 0}, {"rank": 1}, {"rank": -1}, {"world_size": 0}, {"tail": "kep"}, {"seed": -1}, {"seed": 1 << 64}, {"epoch": -1}],
)
def test_impossible_plans_are_refused(change):
    with pytest.raises((ValueError, TypeError)):
        replace(PLAN, **change)


def test_numbers_of_any_kind_become_pythons_own():
    plan = replace(PLAN, batch_size=np.int64(64), seed=np.uint64((1 << 64) - 1), epoch=np.int32(2))
    assert plan == PLAN and type(plan.seed) is int


def test_another_global_batch_is_refused_with_the_way_out():
    with pytest.raises(ResumeError, match="batch_size=64"):
        State.of(PLAN, 3, 17).check(replace(PLAN, batch_size=None, per_rank=16, world_size=2))
