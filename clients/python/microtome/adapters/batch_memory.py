"""Memory that worker processes of a DataLoader share with their parent: what is received there is sent on without a copy."""

from __future__ import annotations

from typing import Any, List, Tuple

import numpy as np
import torch.utils.data

from .tensors import to_tensor


class BatchMemory:
    """Where one answer is received: in a worker process in shared memory, elsewhere in memory as usual. For one answer at a time."""

    def __init__(self) -> None:
        self._storage = getattr(torch, "UntypedStorage", None) if torch.utils.data.get_worker_info() is not None else None
        self._bytes: List[Tuple[np.ndarray, torch.Tensor]] = []

    def allocate(self, length: int) -> np.ndarray:
        """Memory for a body (uint8, one axis)."""
        if self._storage is None or length == 0:
            return np.empty(length, np.uint8)
        tensor = torch.empty(0, dtype=torch.uint8).set_(self._storage._new_shared(length))
        array = tensor.numpy()
        self._bytes.append((array, tensor))
        return array

    def tensors(self, arrays: Any) -> Tuple[torch.Tensor, ...]:
        """Tensors of arrays, which share the memory that the arrays lie in."""
        return tuple(map(self._tensor, arrays))

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        plain = to_tensor(array)
        start = array.__array_interface__["data"][0]
        for body, tensor in self._bytes:
            offset = start - body.__array_interface__["data"][0]
            is_within = 0 <= offset and offset + array.nbytes <= body.size and plain.data_ptr() == start
            if is_within and offset % array.itemsize == 0 and array.flags.c_contiguous and array.nbytes > 0:
                return tensor[offset : offset + array.nbytes].view(plain.dtype).view(plain.shape)
        return plain
