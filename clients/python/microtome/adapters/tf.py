"""TensorFlow: batches as a `tf.data.Dataset`.

Not tested with TensorFlow itself (it is not installed where the tests run); everything below this file is.
"""

from __future__ import annotations

from typing import Any, Iterator, Tuple

import numpy as np

from ..batches import Batches


def to_dataset(batches: Batches) -> Any:
    """Tuples of tensors, batch after batch, read ahead by the batches' own thread. Each iteration begins anew."""
    import tensorflow as tf

    spec = batches.spec
    rows = batches.plan.rows_received
    signature = tuple(
        tf.TensorSpec(shape=(rows, *shape), dtype=tf.as_dtype(dtype)) for shape, dtype in zip(spec.row_shapes, spec.dtypes)
    )

    def generate() -> Iterator[Tuple[np.ndarray, ...]]:
        for batch in batches:
            yield tuple(batch)

    dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)
    if batches.plan.epochs is None:
        return dataset
    return dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))
