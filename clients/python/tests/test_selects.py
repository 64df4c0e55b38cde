"""NumPy indices as selects: what is asked for and what is done afterwards give NumPy's result."""

import random

import numpy as np
import pytest

from microtome.selects import parse_index, read_rows

ARRAY = np.arange(7 * 5 * 4).reshape(7, 5, 4)


def serve(array: np.ndarray, selection) -> np.ndarray:
    """What the server does with the text, in NumPy's own words."""
    if selection.rows is not None:
        array = array[selection.rows]
    inner = eval(f"np.s_[{selection.text}]") if selection.text else ()
    inner = inner if isinstance(inner, tuple) else (inner,)
    return array[(slice(None), *inner)] if selection.rows is not None else array[inner]


def apply(array: np.ndarray, index) -> np.ndarray:
    selection = parse_index(index, array.shape)
    sent = serve(array, selection)
    assert sent.shape == selection.shape
    return sent if selection.finish is None else sent[selection.finish]


def random_item(chance: random.Random, length: int):
    kind = chance.randrange(4)
    if kind == 0:
        return chance.randrange(-length, length)
    bound = lambda: chance.choice([None, chance.randrange(-length - 2, length + 3)])  # noqa: E731
    return slice(bound(), bound(), chance.choice([None, 1, 2, 3, -1, -2]))


def test_random_indices_give_what_numpy_gives():
    chance = random.Random(11)
    for _ in range(600):
        items = [random_item(chance, length) for length in ARRAY.shape[: chance.randrange(4)]]
        if chance.random() < 0.3:
            items.insert(chance.randrange(len(items) + 1), None)
        if chance.random() < 0.2:
            items.append(Ellipsis)
        elif items and None not in items and chance.random() < 0.2:
            items[0] = [chance.randrange(-7, 7) for _ in range(chance.randrange(4))]
        index = tuple(items)
        assert np.array_equal(apply(ARRAY, index), ARRAY[index]), index
        assert apply(ARRAY, index).shape == ARRAY[index].shape, index


@pytest.mark.parametrize("index", [np.s_[..., 1], np.s_[1, ..., 2], np.int64(3), np.arange(7) % 2 == 0, range(1, 4), np.array([6, 0])])
def test_further_kinds_of_index(index):
    assert np.array_equal(apply(ARRAY, index), ARRAY[index])


@pytest.mark.parametrize(
    "index",
    [7, -8, (0, 5), (0, 0, 0, 0), (..., ...), 1.5, "a", True, (0, [1, 2]), [[1, 2]], [[1], [1, 2]], {1}, np.ones((7, 5), bool), [1, None], [7], [0.5], np.ones(6, bool), ([1], None)],
)
def test_wrong_indices_are_index_errors(index):
    with pytest.raises(IndexError):
        parse_index(index, ARRAY.shape)


def test_whole_array_is_an_empty_select():
    assert parse_index(np.s_[:, ::1, 0:9], ARRAY.shape).text == ""


def test_rows_from_every_spelling():
    for rows in (slice(1, 6, 2), range(1, 6, 2), [1, 3, 5], np.array([1, 3, -2]), np.isin(np.arange(7), [1, 3, 5])):
        assert read_rows(rows, 7).tolist() == [1, 3, 5]
    assert read_rows([], 7).tolist() == []
