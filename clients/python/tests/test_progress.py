"""Bars: what is written to a terminal and to a file, and that loops drive them."""

import io
import sys

import pytest

from microtome.progress import Bar, LineBar, open_bar


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def no_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)


def test_a_line_is_written_anew_on_a_terminal():
    now = [0.0]
    screen = Screen()
    bar = LineBar("digits", "batches", screen, lambda: now[0])
    for done in range(0, 11):
        bar.to(done, 10, "epoch 0")
        now[0] += 0.1
    bar.close()
    lines = screen.getvalue().rstrip("\n").split("\r")[1:]
    assert lines[0].startswith("digits:   0% of 10 batches") and 4 <= len(lines) <= 8
    assert lines[1] == "digits:  20% of 10 batches, 10/s, 1 s left, epoch 0" and lines[-1].startswith("digits: 100% of 10 batches")
    assert screen.getvalue().endswith("\n")


def test_a_file_gets_few_lines_and_what_was_done_before_does_not_count_for_the_rate():
    now = [0.0]
    file = io.StringIO()
    bar = LineBar("job", "rows", file, lambda: now[0])
    for done in range(100, 200):
        bar.to(done, None)
        now[0] += 1
    bar.close()
    assert file.getvalue().splitlines()[1] == "job: 110 rows, 1/s" and len(file.getvalue().splitlines()) == 11


def test_nobody_looks_nothing_is_shown(monkeypatch, no_tqdm):
    assert type(open_bar("x", "rows", False)) is Bar and type(open_bar("x", "rows", True)) is LineBar
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert type(open_bar("x", "rows", None)) is Bar
    monkeypatch.setattr(sys, "stderr", Screen())
    assert type(open_bar("x", "rows", None)) is LineBar


def test_loops_show_their_epochs(things, capfd, no_tqdm):
    assert sum(1 for _ in things.batches(100, epochs=2, epoch=3, bar=True)) == 18
    shown = capfd.readouterr().err
    assert "things:" in shown and "100% of 18 batches" in shown and "epoch 4" in shown
    list(things.batches(100))
    assert capfd.readouterr().err == ""
    ranks = [list(things.batches(100, bar=True).for_rank(rank, 2)) for rank in range(2)]
    assert len(ranks[1]) == 9 and capfd.readouterr().err.count("100%") == 1


def test_loops_show_their_epochs_with_tqdm(things, capfd):
    pytest.importorskip("tqdm")
    batches = things.batches(100, epochs=2, bar=True)
    batches.load_state_dict({**batches.state_dict(), "epoch": 1})
    assert sum(1 for _ in batches) == 9
    shown = capfd.readouterr().err
    assert "18.0/18.0" in shown and "epoch 1" in shown


def test_a_resumable_loader_shows_one_bar(things, capfd, no_tqdm):
    pytest.importorskip("torch")
    for workers in (0, 1):
        assert sum(1 for _ in things.batches(100, bar=True).torch().loader(num_workers=workers)) == 9
        assert capfd.readouterr().err.count("100% of 9 batches") == 1
