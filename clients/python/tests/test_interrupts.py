"""Ctrl-C at any moment, and the end of a program in the middle of a loop: nothing hangs, nothing is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_batches import ROWS, no_thread_is_left

from microtome.progress import Bar

PACKAGE = Path(__file__).resolve().parents[1]


INTERRUPTED = """
import random, signal, sys, threading, microtome
things = microtome.open(sys.argv[1], "things")
chance = random.Random(3)
signal.signal(signal.SIGALRM, signal.default_int_handler)
for _ in range(150):
    try:
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0002, 0.03))
        for batch in things.batches(10, epochs=None):
            pass
    except KeyboardInterrupt:
        pass
print("done")
"""

HALF_READ = """
import sys, microtome
iterator = iter(microtome.open(sys.argv[1], "things").batches(3, epochs=None))
next(iterator)
"""

FAILED = HALF_READ + "1 / 0\n"

IN_A_LOADER = """
import sys, microtome
from torch.utils.data import DataLoader
loader = DataLoader(microtome.open(sys.argv[1], "things").batches(3, epochs=None).torch(), batch_size=None)
iterator = iter(loader)
next(iterator)
"""


def run(script, server):
    return subprocess.run(
        [sys.executable, "-c", script, server.url], capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(PACKAGE)}
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no timers that interrupt here")
def test_interrupts_at_any_moment_leave_no_lock_held(server):
    done = run(INTERRUPTED, server)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize("script", [HALF_READ, FAILED, IN_A_LOADER], ids=["half read", "failed", "in a loader"])
def test_a_program_may_end_in_the_middle_of_a_loop(server, script):
    if script is IN_A_LOADER:
        pytest.importorskip("torch")
    for _ in range(4):
        done = run(script, server)
        if script is FAILED:
            assert done.returncode == 1 and done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")
        else:
            assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("look_ahead", [0, 3])
def test_a_batch_that_an_interrupt_kept_from_the_caller_comes_again(things, monkeypatch, look_ahead):
    class Interrupted(Bar):
        calls = 0

        def to(self, done, total, note=""):
            self.calls += 1
            if self.calls == 3:
                raise KeyboardInterrupt

    whole = [batch[0].tolist() for batch in things.batches(10, seed=4, arrays=ROWS)]
    batches = things.batches(10, seed=4, arrays=ROWS, look_ahead=look_ahead)
    monkeypatch.setattr("microtome.batches.open_bar", lambda *_: Interrupted())
    seen = []
    with pytest.raises(KeyboardInterrupt):
        for batch in batches:
            seen.append(batch[0].tolist())
    assert len(seen) == batches.state.step == 2 and no_thread_is_left()
    monkeypatch.undo()
    batches.load_state_dict(batches.state_dict())
    assert seen + [batch[0].tolist() for batch in batches] == whole
