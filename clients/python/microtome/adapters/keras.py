"""Keras: batches as a `keras.utils.PyDataset` (Keras 3) or a `Sequence` (before).

Each epoch of `fit` is the next epoch of the batches. Pass `shuffle=False` to `fit`: the batches are shuffled already. With
`tail="pad"` the mask of the real rows comes third, where Keras takes sample weights. Not tested with Keras itself (it is not
installed where the tests run); everything below this file is.
"""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np

from ..batches import Batches


def to_py_dataset(batches: Batches, **options: Any) -> Any:
    """`options` are Keras's own: `workers`, `use_multiprocessing`, `max_queue_size`."""
    base = _base_class()

    class StepSequence(base):  # type: ignore[misc,valid-type]
        """One epoch at a time, batch by batch."""

        def __init__(self) -> None:
            super().__init__(**options)
            self.epoch = batches.plan.epoch

        def __len__(self) -> int:
            return batches.steps

        def __getitem__(self, step: int) -> Tuple[np.ndarray, ...]:
            return tuple(batches.at(self.epoch, step))

        def on_epoch_end(self) -> None:
            self.epoch += 1

    return StepSequence()


def _base_class() -> Any:
    try:
        import keras
    except ImportError:
        from tensorflow import keras  # type: ignore[no-redef]
    return getattr(keras.utils, "PyDataset", None) or keras.utils.Sequence
