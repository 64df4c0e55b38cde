"""Servers that die, restart and replace each other in the middle of an epoch: the rows seen are the epoch's, once each."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import microtome
from microtome.errors import GaveUp, VersionChanged
from serving import Server

BATCH = 8
ROWS = 1500
STEPS = ROWS // BATCH


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """Larger than what sockets and look-ahead hold, so that a kill cuts the stream."""
    folder = tmp_path_factory.mktemp("big")
    images = np.random.default_rng(1).integers(0, 256, (ROWS, 96, 96), dtype=np.uint8)
    np.save(folder / "big_x.npy", images)
    return folder, images


@pytest.fixture
def mortal(big):
    server = Server(big[0]).start()
    yield server
    server.kill()


def run_epoch(batches, images, at: dict) -> list:
    """The rows of a loop; `at` says what happens after which step."""
    seen = []
    for step, (rows, x) in enumerate(batches):
        rows, x = np.asarray(rows), np.asarray(x)
        assert np.array_equal(x, images[rows])
        seen.append(rows.tolist())
        at.get(step, lambda: None)()
    return seen


def restart(server: Server) -> None:
    server.kill()
    server.start(wait=False)


def test_kill_and_restart_in_the_middle_of_an_epoch(mortal, big):
    ds = microtome.open(mortal.url, "big", give_up_after=30)
    batches = ds.batches(BATCH, seed=3, arrays=["@rows", "x"])
    expected = run_epoch(batches, big[1], {})
    assert len(expected) == STEPS and len(set(sum(expected, []))) == STEPS * BATCH
    assert run_epoch(batches, big[1], {20: lambda: restart(mortal), 120: lambda: restart(mortal)}) == expected


def test_one_of_two_replicas_dies(mortal, big):
    other = Server(big[0]).start()
    try:
        ds = microtome.open([mortal.url, other.url], "big", give_up_after=30)
        batches = ds.batches(BATCH, seed=3, arrays=["@rows", "x"])
        expected = run_epoch(batches, big[1], {})
        assert run_epoch(batches, big[1], {20: mortal.kill}) == expected
        assert np.array_equal(ds["x"][3], big[1][3])
    finally:
        other.kill()


def test_workers_survive_a_restart(mortal, big):
    torch = pytest.importorskip("torch")
    ds = microtome.open(mortal.url, "big", give_up_after=30)
    batches = ds.batches(BATCH, seed=3, arrays=["@rows", "x"])
    loader = torch.utils.data.DataLoader(batches.torch(), batch_size=None, num_workers=2)
    expected = [batch["@rows"].tolist() for batch in batches]
    assert run_epoch(loader, big[1], {20: lambda: restart(mortal)}) == expected


def test_gathers_survive_a_restart(mortal, big):
    ds = microtome.open(mortal.url, "big", give_up_after=30)
    for turn in range(30):
        rows = np.random.default_rng(turn).integers(0, ROWS, 10)
        assert np.array_equal(ds.rows(rows)[0], big[1][rows])
        if turn == 10:
            restart(mortal)


def test_a_dead_server_is_given_up_in_time(mortal):
    ds = microtome.open(mortal.url, "big", give_up_after=0.5)
    iterator = iter(ds.batches(BATCH, look_ahead=1))
    next(iterator)
    mortal.kill()
    with pytest.raises(GaveUp, match="0.5 s"):
        for _ in iterator:
            pass
    with pytest.raises(GaveUp):
        ds["x"][0]


def test_data_that_changes_ends_the_loop(tmp_path):
    np.save(tmp_path / "big_x.npy", np.zeros((ROWS, 96, 96), np.uint8))
    server = Server(tmp_path).start()
    try:
        ds = microtome.open(server.url, "big", give_up_after=20)
        batches = ds.batches(BATCH, look_ahead=1)
        state = None
        with pytest.raises(VersionChanged):
            for step, (x,) in enumerate(batches):
                assert not x.any()
                if step == 5:
                    server.kill()
                    np.save(tmp_path / "big_x.npy", np.ones((ROWS, 96, 96), np.uint8))
                    server.start()
                    state = batches.state_dict()
        again = microtome.open(server.url, "big").batches(BATCH)
        with pytest.raises(VersionChanged):
            again.load_state_dict(state)
    finally:
        server.kill()


SCRIPT = """
    import signal, sys, threading, time, microtome
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Who runs the tests may ignore it.
    ds = microtome.open(sys.argv[1], "big")
    mode = sys.argv[2]
    try:
        for batch in ds.batches(8, epochs=None, look_ahead=3):
            if mode == "in the loop":
                print("ready", flush=True)
                time.sleep(60)
            elif batch.step == 20:
                print("ready", flush=True)
    except KeyboardInterrupt:
        pass
    left = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    print("left", left, flush=True)
"""


@pytest.mark.parametrize("mode", ["in the loop", "in next"])
def test_ctrl_c_leaves_no_thread(mortal, mode):
    package = str(Path(microtome.__file__).resolve().parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), mortal.url, mode],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": package},
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=20)[0]
    assert output.splitlines()[-1] == "left []" and process.returncode == 0
