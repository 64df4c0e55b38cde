"""The examples are run as a user runs them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from serving import find_server

PACKAGE = Path(__file__).resolve().parents[1]


def run(script: str, url: str, *arguments: str) -> str:
    command = [sys.executable, str(PACKAGE / "examples" / script), "--url", url, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(PACKAGE)})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def accuracies(output: str) -> list:
    return [float(percent) for percent in re.findall(r"held out +([0-9.]+)%", output)]


def test_train_digits_with_numpy_alone(server):
    output = run("train_digits.py", server.url)
    assert len(output.splitlines()) == 20 and accuracies(output)[-1] > 95 and "samples/s" in output


def test_train_digits_with_torch(server):
    pytest.importorskip("torch")
    output = run("train_torch.py", server.url)
    assert len(accuracies(output)) == 2 and min(accuracies(output)) > 95 and output.count("samples/s") == 2


def story(script: str) -> str:
    """A story brings its data and its server along."""
    server = str(find_server())
    command = [sys.executable, str(PACKAGE / "examples" / script), "--scale", "0.002", "--server", server]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(PACKAGE)})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def megabytes(output: str, words: str) -> float:
    return float(re.search(words + r" ([0-9,]+) MB", output).group(1).replace(",", ""))


def test_cats_against_dogs():
    output = story("cats_vs_dogs.py")
    sizes = [int(count) for count in re.findall(r"pets-\w+: ([0-9,]+) photographs", output)]
    assert sum(sizes) == 47 and abs(sizes[0] - 33) <= 1 and abs(sizes[1] - sizes[2]) <= 1
    assert megabytes(output, "the server's peak memory") > 0 and megabytes(output, "would take") == 52
    assert "samples/s" in output


def test_pcam():
    output = story("pcam.py")
    dropped = re.search(r"524 patches: (\d+) duplicates and (\d+) blank ones dropped", output)
    halves = [int(count) for count in re.findall(r"half: ([0-9,]+) patches", output)]
    assert dropped and int(dropped.group(1)) == 10 and int(dropped.group(2)) > 0
    assert sum(halves) == 524 - 10 - int(dropped.group(2)) and abs(halves[0] - halves[1]) <= 1
    assert megabytes(output, "the server's peak memory") > 0 and megabytes(output, "would take") == 43
