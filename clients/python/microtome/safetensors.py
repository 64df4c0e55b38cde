"""safetensors bodies: a u64 header length, a JSON header, the data. Arrays are views of the body, nothing is copied.

The format: https://github.com/huggingface/safetensors#format. The header is checked before it is believed.
"""

from __future__ import annotations

import json
import math
from typing import Any, Dict, List, Sequence

import numpy as np

from .errors import BadAnswer

_DTYPES = {
    "BOOL": "|b1", "U8": "|u1", "I8": "|i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4",
    "U64": "<u8", "I64": "<i8", "F16": "<f2", "F32": "<f4", "F64": "<f8",
}  # fmt: skip


def parse_safetensors(body: np.ndarray) -> Dict[str, np.ndarray]:
    """The tensors of a body (uint8, one axis) by name, each a view of it. Raises BadAnswer for a malformed one."""
    if body.size < 8:
        raise BadAnswer("a safetensors body is at least 8 bytes long")
    length = int(body[:8].view("<u8")[0])
    if length > body.size - 8:
        raise BadAnswer("the header of a safetensors body is longer than the body")
    data = body[8 + length :]
    try:
        header = json.loads(body[8 : 8 + length].tobytes())
        return {name: _view(data, entry) for name, entry in header.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadAnswer(f"a malformed safetensors header: {error}") from error


def parse_named(body: np.ndarray, names: Sequence[str]) -> List[np.ndarray]:
    """The tensors with these names, in their order. Raises BadAnswer where one is missing."""
    tensors = parse_safetensors(body)
    missing = [name for name in names if name not in tensors]
    if missing:
        raise BadAnswer(f"the answer lacks {', '.join(missing)}; it has {', '.join(tensors)}")
    return [tensors[name] for name in names]


def _view(data: np.ndarray, entry: Dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(_DTYPES[entry["dtype"]])
    shape = tuple(int(length) for length in entry["shape"])
    start, stop = entry["data_offsets"]
    if min(shape, default=0) < 0 or not 0 <= start <= stop <= data.size:
        raise ValueError("a tensor lies outside the body")
    if stop - start != math.prod(shape) * dtype.itemsize:
        raise ValueError("a tensor's bytes do not fit its shape")
    return data[start:stop].view(dtype).reshape(shape)
