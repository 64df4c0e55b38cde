"""Frames of a stream (`application/vnd.microtome.frames`): `MTF1`, kind, step, payload length, payload."""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

from .errors import BadAnswer

MEDIA_TYPE = "application/vnd.microtome.frames"
HEAD_BYTES = 24

_HEAD = struct.Struct("<4sB3xqQ")
_MAGIC = b"MTF1"


class FrameKind(enum.IntEnum):
    HEADER = 1
    DATA = 2
    ERROR = 3
    END = 4
    IDLE = 5


@dataclass(frozen=True)
class FrameHead:
    """What stands in front of a payload of `length` bytes."""

    kind: FrameKind
    step: int
    length: int


def parse_frame_head(head: bytes) -> FrameHead:
    """Parses the 24 bytes in front of a payload. Raises BadAnswer where they are none."""
    magic, kind, step, length = _HEAD.unpack(head)
    if magic != _MAGIC:
        raise BadAnswer("a frame does not begin with MTF1")
    try:
        return FrameHead(FrameKind(kind), step, length)
    except ValueError:
        raise BadAnswer(f"there is no frame of kind {kind}") from None
