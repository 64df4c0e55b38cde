"""Which trainer this process is."""

from __future__ import annotations

import os
import sys
from typing import Optional, Tuple


def find_rank(rank: Optional[int], world_size: Optional[int]) -> Tuple[int, int]:
    """What the caller says, else what torch.distributed says, else what torchrun put into the environment, else 0 of 1."""
    if (rank is None) != (world_size is None):
        raise ValueError("give both rank and world_size, or neither")
    if rank is not None and world_size is not None:
        return rank, world_size
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
