"""safetensors bodies and frames: views without a copy, and malformed ones refused."""

import json
import struct

import numpy as np
import pytest

from microtome.errors import BadAnswer
from microtome.frames import FrameKind, parse_frame_head
from microtome.safetensors import parse_safetensors


def body_of(header: object, data: bytes = b"") -> np.ndarray:
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return np.frombuffer(struct.pack("<Q", len(text)) + text + data, np.uint8).copy()


def tensor(dtype="I64", shape=(2,), offsets=(0, 16)) -> dict:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def test_tensors_are_views_of_the_body():
    data = np.array([7, -9]).astype("<i8").tobytes() + b"\x01\x00\x01"
    body = body_of({"y": tensor(), "m": tensor("BOOL", (3, 1), (16, 19)), "__metadata__": {"a": "b"}}, data)
    tensors = parse_safetensors(body)
    assert tensors["y"].tolist() == [7, -9] and tensors["m"].tolist() == [[True], [False], [True]]
    assert all(np.shares_memory(array, body) and array.flags.writeable for array in tensors.values())


def test_a_scalar_and_an_empty_tensor():
    tensors = parse_safetensors(body_of({"s": tensor("F64", (), (0, 8)), "e": tensor("F32", (0, 3), (8, 8))}, bytes(8)))
    assert tensors["s"].shape == () and tensors["e"].shape == (0, 3)


@pytest.mark.parametrize(
    "body",
    [
        np.zeros(7, np.uint8),
        np.frombuffer(struct.pack("<Q", 1 << 60), np.uint8),
        np.frombuffer(struct.pack("<Q", 2) + b"[]", np.uint8),
        body_of({"x": 1}),
        body_of({"x": tensor()}),  # The data is missing.
        body_of({"x": tensor(shape=(3,))}, bytes(16)),
        body_of({"x": tensor("I9")}, bytes(16)),
        body_of({"x": tensor(shape=(-2,))}, bytes(16)),
        body_of({"x": tensor(offsets=(16, 0))}, bytes(16)),
    ],
)
def test_malformed_bodies_are_refused(body):
    with pytest.raises(BadAnswer):
        parse_safetensors(body)


def test_frame_heads():
    head = parse_frame_head(struct.pack("<4sB3xqQ", b"MTF1", 2, 41, 99))
    assert (head.kind, head.step, head.length) == (FrameKind.DATA, 41, 99)
    for wrong in (struct.pack("<4sB3xqQ", b"MTF2", 2, 0, 0), struct.pack("<4sB3xqQ", b"MTF1", 9, 0, 0)):
        with pytest.raises(BadAnswer):
            parse_frame_head(wrong)
