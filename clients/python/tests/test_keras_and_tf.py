"""The TensorFlow and Keras adapters against stand-ins: neither is installed here, so this holds what they would be given."""

import sys
import types

import numpy as np
import pytest


@pytest.fixture
def tensorflow(monkeypatch):
    module = types.ModuleType("tensorflow")
    made = {}

    class Dataset:
        @staticmethod
        def from_generator(generate, output_signature):
            made.update(generate=generate, signature=output_signature)
            return Dataset()

        def apply(self, transformation):
            made.update(cardinality=transformation)
            return self

    module.TensorSpec = lambda shape, dtype: (shape, dtype)
    module.as_dtype = np.dtype
    module.data = types.SimpleNamespace(Dataset=Dataset, experimental=types.SimpleNamespace(assert_cardinality=lambda count: count))
    monkeypatch.setitem(sys.modules, "tensorflow", module)
    return made


def test_tf_signature_and_batches(things, tensorflow):
    things.batches(100, epochs=2, arrays=["x", "y"]).tf(rank=1, world_size=2)
    assert tensorflow["signature"] == (((50, 6, 5), np.dtype("u1")), ((50,), np.dtype("i8")))
    batches = list(tensorflow["generate"]())
    assert len(batches) == tensorflow["cardinality"] == 18
    assert all(type(batch) is tuple and batch[0].shape == (50, 6, 5) for batch in batches)


def test_tf_short_last_batch_has_no_fixed_length(things, tensorflow):
    things.batches(100, tail="keep", arrays="y").tf()
    assert tensorflow["signature"] == (((None,), np.dtype("i8")),)
    assert [len(y) for (y,) in tensorflow["generate"]()] == [100] * 9 + [97]


@pytest.mark.parametrize("name", ["PyDataset", "Sequence"])
def test_keras_epochs(things, monkeypatch, name):
    class Base:
        def __init__(self, **options):
            self.options = options

    monkeypatch.setitem(sys.modules, "keras", types.SimpleNamespace(utils=types.SimpleNamespace(**{name: Base})))
    batches = things.batches(100, tail="pad", arrays=["x", "y"])
    sequence = batches.keras(workers=2)
    assert isinstance(sequence, Base) and sequence.options == {"workers": 2} and len(sequence) == 10
    x, y, valid = sequence[9]
    assert valid.sum() == 97 and np.array_equal(y, batches.at(0, 9)["y"])
    sequence.on_epoch_end()
    assert np.array_equal(sequence[0][1], batches.at(1, 0)["y"])
