"""Epochs from a real server: exact, the same however they are read, resumable at every step."""

import os
import signal
import threading

import numpy as np
import pytest

import microtome
from microtome.errors import PastEnd, ResumeError

ROWS = ["@rows"]


def rows_of(batches) -> list:
    return [batch["@rows"].tolist() for batch in batches]


def no_thread_is_left() -> bool:
    return not any(thread.name == "microtome-look-ahead" for thread in threading.enumerate())


def test_an_epoch_is_every_row_once(things, truth):
    seen = []
    for batch in things.batches(64, seed=7, tail="keep", arrays=["@rows", "x", "y"]):
        rows, x, y = batch
        assert np.array_equal(x, truth["things_x"][rows]) and np.array_equal(y, truth["things_y"][rows])
        assert batch.step == len(seen) // 64 and batch.epoch == 0
        seen += rows.tolist()
    assert sorted(seen) == list(range(997)) and seen != sorted(seen)
    assert no_thread_is_left()


def test_tails(things):
    drop, keep, pad = (things.batches(100, tail=tail, arrays=ROWS) for tail in ("drop", "keep", "pad"))
    assert [len(rows) for rows in rows_of(drop)] == [100] * 9
    assert [len(rows) for rows in rows_of(keep)] == [100] * 9 + [97]
    padded = list(pad)
    assert [len(batch[0]) for batch in padded] == [100] * 10
    assert padded[-1].names == ("@rows", "@valid") and padded[-1][1].sum() == 97
    assert padded[-1][0][97:].tolist() == padded[0][0][:3].tolist()
    assert (len(drop), len(keep), len(pad)) == (9, 10, 10)


def test_seeds_epochs_and_orders(things):
    def first(**options):
        return rows_of(things.batches(997, arrays=ROWS, **options))[0]

    assert first(seed=1) == first(seed=1, order="perm.v1") != first(seed=2)
    assert first(seed=1, epoch=1) != first(seed=1) and first(order="sequential") == list(range(997))
    assert first(seed=(1 << 64) - 1) == first(seed=(1 << 64) - 1)


def test_several_epochs_follow_each_other(things):
    together = list(things.batches(200, seed=3, epoch=2, epochs=3, arrays=ROWS))
    assert [(batch.epoch, batch.step) for batch in together] == [(e, s) for e in (2, 3, 4) for s in range(4)]
    alone = [rows for epoch in (2, 3, 4) for rows in rows_of(things.batches(200, seed=3, epoch=epoch, arrays=ROWS))]
    assert rows_of(together) == alone


def test_epochs_without_end(things):
    batches = things.batches(500, epochs=None, arrays=ROWS)
    iterator = iter(batches)
    assert [next(iterator).epoch for _ in range(5)] == [0, 1, 2, 3, 4]
    iterator.close()
    assert no_thread_is_left()
    with pytest.raises(TypeError):
        len(batches)
    with pytest.warns(UserWarning, match="no batch"):
        assert list(things.batches(998, epochs=None)) == []


@pytest.mark.parametrize(
    "options", [{"look_ahead": 0}, {"look_ahead": np.int64(2)}, {"look_ahead": 9}, {"reuse": True}, {"look_ahead": 0, "reuse": True}]
)
def test_look_ahead_and_reuse_change_nothing(things, options):
    plain = things.batches(64, seed=5, epochs=2, arrays=ROWS)
    assert rows_of(things.batches(64, seed=5, epochs=2, arrays=ROWS, **options)) == rows_of(plain)


def test_reused_memory_is_bounded(things):
    places = {batch[0].ctypes.data for batch in things.batches(10, epochs=3, arrays=ROWS, reuse=True, look_ahead=3)}
    assert len(places) <= 5


def test_a_batch_by_its_address(things):
    batches = things.batches(64, seed=5, epochs=2, tail="pad", arrays=["y", "@rows"])
    for batch in batches:
        same = batches.at(batch.epoch, batch.step)
        assert same.names == batch.names == ("y", "@rows", "@valid")
        assert all(np.array_equal(one, other) for one, other in zip(same, batch))
    with pytest.raises(PastEnd) as caught:
        batches.at(0, 16)
    assert caught.value.steps == 16 == batches.steps


@pytest.mark.filterwarnings("ignore:a batch of 64")
@pytest.mark.parametrize("world_size", [1, 2, 3, 4, 70])
def test_ranks_joined_are_the_whole(things, world_size):
    whole = rows_of(things.batches(64, seed=5, tail="keep", arrays=ROWS))
    parts = [rows_of(things.batches(64, seed=5, tail="keep", arrays=ROWS, rank=r, world_size=world_size)) for r in range(world_size)]
    assert [sum(rows, []) for rows in zip(*parts)] == whole


def test_per_rank_is_the_same_batch(things):
    by_rank = rows_of(things.batches(per_rank=16, seed=5, arrays=ROWS, rank=1, world_size=4))
    assert by_rank == rows_of(things.batches(64, seed=5, arrays=ROWS, rank=1, world_size=4))
    for wrong in ({}, {"batch_size": 4, "per_rank": 4}):
        with pytest.raises(ValueError):
            things.batches(**wrong)


def test_uneven_slices_are_warned_of(things):
    batches = things.batches(64)
    with pytest.warns(UserWarning, match="per_rank"):
        batches.for_rank(0, 3)
    with pytest.warns(UserWarning, match="per_rank"):
        things.batches(64, rank=0, world_size=3)
    with pytest.warns(UserWarning, match="drop"):
        things.batches(64, tail="keep").for_rank(0, 2)  # The last batch has 37 rows.


def test_resuming_from_every_step(things):
    def make(**options):
        return things.batches(100, seed=9, epoch=1, epochs=2, tail="keep", **options)

    whole = rows_of(make(arrays=ROWS))
    batches = make(arrays=ROWS)
    states = [batches.state_dict()]
    tokens = [batches.token]
    for _ in batches:
        states.append(batches.state_dict())
        tokens.append(batches.token)
    assert len(states) == 21
    for at, (state, token) in enumerate(zip(states, tokens)):
        again = make(arrays=ROWS)
        again.load_state_dict(state if at % 2 else token)
        assert again.state_dict() == state
        assert rows_of(again) == whole[at:]
        assert rows_of(again) == whole  # A state holds for one loop.


def test_resuming_on_other_ranks_and_arrays(things):
    batches = things.batches(100, seed=9, arrays=["x"], rank=0, world_size=2)
    iterator = iter(batches)
    for _ in range(3):
        next(iterator)
    state = iterator.state_dict()
    iterator.close()
    parts = []
    for rank in range(4):
        other = things.batches(per_rank=25, seed=9, arrays=ROWS, rank=rank, world_size=4)
        other.load_state_dict(state)
        parts.append(rows_of(other))
    assert [sum(rows, []) for rows in zip(*parts)] == rows_of(things.batches(100, seed=9, arrays=ROWS))[3:]


def test_other_batches_cannot_be_resumed(things):
    state = things.batches(100, seed=9).state_dict()
    with pytest.raises(ResumeError, match="seed 9 against 8"):
        things.batches(100, seed=8).load_state_dict(state)


def test_dropping_closing_and_errors_leave_no_thread(things):
    for _ in things.batches(10):
        break
    assert no_thread_is_left()
    with iter(things.batches(10)) as iterator:
        next(iterator)
    assert no_thread_is_left() and list(iterator) == []
    with pytest.raises(ZeroDivisionError):
        for _ in things.batches(10):
            1 / 0
    assert no_thread_is_left()
    with pytest.raises(microtome.NotFound):
        list(things.batches(10, arrays=["nothing"]))
    assert no_thread_is_left()


def test_an_exception_that_is_kept_keeps_no_thread(things):
    def loop():
        for _ in things.batches(10):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as kept:  # As a notebook keeps the last one, with its frames.
        loop()
    assert kept.value.__traceback__ is not None and no_thread_is_left()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("look_ahead", [0, 3])
def test_a_fork_in_the_middle_of_a_loop_disturbs_neither_side(things, look_ahead):
    whole = rows_of(things.batches(10, seed=2, arrays=ROWS))
    iterator = iter(things.batches(10, seed=2, arrays=ROWS, look_ahead=look_ahead))
    seen = [next(iterator)[0].tolist() for _ in range(3)]
    child = os.fork()
    if child == 0:
        code = 1
        signal.alarm(60)  # Ends a copy that hangs, and its exit code tells.
        try:
            try:
                next(iterator)
            except RuntimeError:
                code = 2
            iterator.close()  # Neither waits for a thread that is not here, nor ends the parent's stream.
            if rows_of(things.batches(10, seed=2, arrays=ROWS)) == whole:
                code += 40
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
    assert seen + rows_of(iterator) == whole


def test_closing_in_another_thread_ends_the_loop(things):
    iterator = iter(things.batches(1, epochs=None))
    threading.Timer(0.2, iterator.close).start()
    assert sum(1 for _ in iterator) > 0 and no_thread_is_left()


def test_a_slow_reader_reads_the_same(things):
    pause = threading.Event()
    seen = []
    for batch in things.batches(100, arrays=ROWS, look_ahead=1):
        pause.wait(0.02)
        seen.append(batch[0].tolist())
    assert seen == rows_of(things.batches(100, arrays=ROWS))


def test_complex_numbers_come_in_batches_too(server, truth):
    waves = microtome.open(server.url, "waves")
    batches = waves.batches(7, seed=3, epochs=2, tail="pad", arrays=["data", "@rows"])
    seen = []
    for data, rows, valid in batches:
        assert data.dtype == np.complex64 and np.array_equal(data, truth["waves"][rows])
        seen.append(rows.tolist())
    assert len(seen) == len(batches) == 10 and valid.sum() == 2 and no_thread_is_left()
    assert sorted(sum(seen[:5], [])[:30]) == list(range(30))
    assert batches.spec.row_shapes == ((2,), (), ()) and np.array_equal(batches.at(1, 2)["data"], truth["waves"][seen[7]])
    again = waves.batches(7, seed=3, epochs=2, tail="pad", arrays=["@rows", "data"])
    again.load_state_dict({**batches.state_dict(), "epoch": 1, "step": 2})
    assert rows_of(again) == seen[7:]
    assert sum(1 for _ in waves.batches(7)) == 4
