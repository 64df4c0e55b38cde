"""NumPy arrays as PyTorch tensors that share their memory."""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np
import torch

# What PyTorch before 2.3 has no type for becomes the next larger signed one: the values stay exact, the bytes are copied.
_WIDER = {"u2": np.int32, "u4": np.int64}


def to_tensor(array: Any) -> torch.Tensor:
    """A tensor over the array's own memory. Raises TypeError for a type that PyTorch does not have."""
    array = np.asarray(array)
    kind = array.dtype.str[1:]
    if kind in _WIDER and not hasattr(torch, f"uint{8 * array.dtype.itemsize}"):
        array = array.astype(_WIDER[kind])
    try:
        return torch.from_numpy(array)
    except TypeError:
        raise TypeError(f"PyTorch has no type for {array.dtype}; ask for transform={{name: 'cast(f4)'}} or the like") from None


def to_tensors(arrays: Any) -> Tuple[torch.Tensor, ...]:
    return tuple(to_tensor(array) for array in arrays)
