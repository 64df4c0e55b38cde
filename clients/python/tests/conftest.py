"""What the tests share: a folder of arrays that NumPy made, and one server of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Dict, Iterator

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import microtome  # noqa: E402
from serving import ROOT, Server  # noqa: E402

THINGS = 997  # A prime, so that no batch size divides it.


@pytest.fixture(scope="session")
def truth() -> Dict[str, np.ndarray]:
    """The arrays as NumPy has them: the oracle."""
    random = np.random.default_rng(5)
    samples = ROOT / "samples"
    return {
        "things_x": random.integers(0, 256, (THINGS, 6, 5), dtype=np.uint8),
        "things_y": np.arange(THINGS, dtype=np.int64) * 3,
        "lone": random.normal(size=(40, 7)).astype(np.float32),
        "waves": (random.normal(size=(30, 2)) + 1j * random.normal(size=(30, 2))).astype(np.complex64),
        "scalar": np.array(2.5),
        "halves": random.normal(size=(9, 4)).astype(np.float16),
        "digits_images": np.load(samples / "digits_images.npy"),
        "digits_labels": np.load(samples / "digits_labels.npy"),
    }


@pytest.fixture(scope="session")
def folder(truth: Dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data")
    for name, array in truth.items():
        np.save(path / f"{name}.npy", array)
    return path


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Server]:
    running = Server(folder).start()
    yield running
    running.kill()


@pytest.fixture
def things(server: Server) -> microtome.Dataset:
    return microtome.open(server.url, "things", give_up_after=20)


@pytest.fixture
def digits(server: Server) -> microtome.Dataset:
    return microtome.open(server.url, "digits", give_up_after=20)
