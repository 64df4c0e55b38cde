"""The README's code is run as it is printed, on the samples, wherever its framework is installed."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
README = (PACKAGE / "README.md").read_text()
PRINTED = "http://localhost:5080"


def blocks(language: str) -> list:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python_block(server, number):
    code = blocks("python")[number]
    for module in re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE):
        if module != "microtome" and importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    assert PRINTED in code
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code.replace(PRINTED, server.url)],
        capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(PACKAGE)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_curl_lines(server, tmp_path):
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("curl")]
    assert len(lines) == 3
    for line in lines:
        done = subprocess.run(
            ["sh", "-c", line.replace(PRINTED, server.url).replace("curl ", "curl --fail ")],
            cwd=tmp_path, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stderr)
    assert {path.name for path in tmp_path.iterdir()} == {"slice.npy", "batch.safetensors"}
