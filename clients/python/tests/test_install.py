"""The package can be installed where nothing can be downloaded, is complete then, and keeps to the Python that it names."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
OFFLINE = ["--no-build-isolation", "--no-index", "--no-deps", "--disable-pip-version-check"]


def require(*modules: str) -> None:
    """Skips where a tool is missing, and fails under CI, which installs them."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{module} is not installed")


@pytest.fixture
def source(tmp_path):
    """A copy: building writes beside the sources."""
    path = tmp_path / "source"
    shutil.copytree(PACKAGE, path, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    return path


def run(*command: object, **options: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_pip_install_offline(source, tmp_path):
    require("pip", "setuptools", "wheel")
    target = tmp_path / "site"
    run(sys.executable, "-m", "pip", "install", "-q", *OFFLINE, "--target", target, source)
    assert (target / "microtome" / "py.typed").exists()
    code = "import microtome, sys; print(microtome.__version__, *({'torch', 'tqdm', 'tensorflow', 'keras'} & set(sys.modules)))"
    assert run(sys.executable, "-c", code, cwd=target).strip() == "0.1.0"
    assert {path.name for path in (PACKAGE / "microtome").rglob("*.py")} == {
        path.name for path in (target / "microtome").rglob("*.py")
    }


def test_pip_install_in_a_fresh_environment(source, tmp_path):
    require("venv", "ensurepip", "wheel")
    run(sys.executable, "-m", "venv", "--system-site-packages", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", *OFFLINE[:2], "--disable-pip-version-check", source)  # With its one requirement.
    place = run(python, "-c", "import microtome; print(microtome.__file__)", cwd=tmp_path)
    assert str(tmp_path / "venv") in place


def test_every_file_is_python_3_9():
    files = [path for path in PACKAGE.rglob("*.py") if "build" not in path.parts]
    assert len(files) > 40
    for path in files:
        text = path.read_text()
        ast.parse(text, filename=str(path), feature_version=(3, 9))
        assert "from __future__ import annotations" in text or " | None" not in text
    old = shutil.which("python3.9")
    if old and subprocess.run([old, "-c", ""], capture_output=True).returncode == 0:
        check = "import sys; [compile(open(path).read(), path, 'exec') for path in sys.argv[1:]]"
        run(old, "-c", check, *files)


def test_the_types_hold():
    mypy = shutil.which("mypy")
    if mypy is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("mypy is not installed")
    run(mypy, "--python-version", "3.9", "--ignore-missing-imports", "--cache-dir", os.devnull, "-p", "microtome", cwd=PACKAGE)
