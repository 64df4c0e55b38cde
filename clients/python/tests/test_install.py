"""The package can be installed where nothing can be downloaded, and is complete then."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]


def test_pip_install_offline(tmp_path):
    for module in ("pip", "setuptools", "wheel"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    source = tmp_path / "source"  # Building writes beside the sources.
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    target = tmp_path / "site"
    options = ["--no-build-isolation", "--no-index", "--no-deps", "--disable-pip-version-check", "--target", str(target)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", *options, str(source)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert (target / "microtome" / "py.typed").exists()
    code = "import microtome, microtome.adapters, sys; print(microtome.__version__, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=target, capture_output=True, text=True)
    assert done.stdout.strip() == "0.1.0 False", done.stderr
    assert {path.name for path in (PACKAGE / "microtome").rglob("*.py")} == {
        path.name for path in (target / "microtome").rglob("*.py")
    }
