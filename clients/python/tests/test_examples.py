"""The examples are run as a user runs them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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
