"""Arrays and gathers from a real server, with NumPy as the oracle."""

import base64
import pickle
import random
import re
import struct
import sys

import numpy as np
import pytest

import microtome
from microtome.errors import NotFound, NotServable, VersionChanged
from serving import Server
from test_selects import random_item


def test_the_catalogue_and_both_ways_to_open(server):
    catalogue = microtome.open(server.url)
    assert {"things", "digits", "lone", "waves", "scalar", "halves"} <= set(catalogue)
    assert "things" in catalogue and "nothing" not in catalogue and "things" in repr(catalogue)
    by_url = microtome.open(server.url + "/v1/datasets/things")
    assert by_url.version == catalogue["things"].version == microtome.open(server.url, "things").version
    with pytest.raises(NotFound):
        microtome.open(server.url, "nothing", give_up_after=5)


def test_an_array_is_like_numpys(things, truth):
    x = things["x"]
    expected = truth["things_x"]
    assert (x.shape, x.dtype, x.ndim, x.size, x.nbytes, len(x)) == (
        expected.shape, expected.dtype, expected.ndim, expected.size, expected.nbytes, len(expected),
    )  # fmt: skip
    assert np.array_equal(np.asarray(x), expected)
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    assert all(np.array_equal(mine, other) for mine, other in zip(x, expected))
    with pytest.raises(NotFound):
        things["z"]


def test_a_name_that_is_not_there_is_a_key_error_as_in_any_mapping(server, things):
    catalogue = microtome.open(server.url)
    assert catalogue.get("nothing") is None and things.arrays.get("z") is None and "z" not in things
    with pytest.raises(KeyError, match="it has x, y"):
        things["z"]
    assert list(things.arrays) == ["x", "y"] and len(things.arrays) == 2


def test_comparisons_give_masks_that_choose_rows(things, truth):
    for mine, other in ((things["y"] == 9, truth["things_y"] == 9), (things["x"] > 200, truth["things_x"] > 200)):
        assert np.array_equal(mine, other)
    y = things["y"]
    assert (y != 9).sum() == 996 and (y < 9).sum() == 3 and (y <= 9).sum() == 4 and (y >= 9).sum() == 994
    assert things[things["y"] == 9][1].tolist() == [9] and 9 in y and 10 not in y and {y: 1}[y] == 1


def test_iteration_ends_also_where_nothing_is_to_be_had(server, things):
    assert sum(1 for _ in things["y"]) == 997
    with pytest.raises(TypeError, match="0-d"):
        iter(microtome.open(server.url, "scalar")["data"])
    assert list(microtome.open(server.url, "scalar")) == []


def test_numpy_2_asks_for_copies(things, truth):
    x = things["x"]
    assert np.array_equal(x.__array__(None, copy=None), truth["things_x"]) and x.__array__(copy=True).flags.owndata is not None
    assert x.__array__(np.float32, copy=True).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        x.__array__(copy=False)
    assert np.array(x, dtype="f8").shape == x.shape and np.stack([x, x]).shape == (2, *x.shape) and np.mean(x) == truth["things_x"].mean()


def test_nothing_is_read_before_it_is_indexed(server, monkeypatch):
    ds = microtome.open(server.url, "things")
    asked = []
    monkeypatch.setattr(ds._transport, "_exchange", lambda *request: asked.append(request))
    x = ds["x"]
    (x.shape, x.dtype, len(x), x.ndim, x.size, x.nbytes, x.chunks, x.attributes, repr(x), repr(ds), len(ds), ds.labels, ds.views)
    ds.batches(64), ds.torch() if "torch" in sys.modules else None
    assert asked == []


def test_random_slices_equal_numpys(things, truth):
    chance = random.Random(3)
    x = things["x"]
    expected = truth["things_x"]
    for _ in range(200):
        index = tuple(random_item(chance, length) for length in expected.shape[: chance.randrange(1, 4)])
        value = x[index]
        assert np.array_equal(value, expected[index]) and type(value) is type(expected[index]), index


@pytest.mark.parametrize("name", ["lone", "waves", "scalar", "halves"])
def test_types_and_ranks(server, truth, name):
    array = microtome.open(server.url, name)["data"]
    value = np.asarray(array)
    assert value.dtype == truth[name].dtype and np.array_equal(value, truth[name]) and value.shape == truth[name].shape


def test_a_zero_dimensional_array(server):
    scalar = microtome.open(server.url, "scalar")["data"]
    assert scalar[()] == 2.5 and isinstance(scalar[()], np.float64) and scalar[...].shape == ()
    with pytest.raises(TypeError):
        len(scalar)


@pytest.mark.parametrize(
    "index", [[5, 1, 9, 5, -1], [], np.arange(996, -1, -1), np.arange(997) % 3 == 0, ([3, 4], 2), ([3, 4], slice(1, 3), -1)]
)
def test_lists_of_rows(things, truth, index):
    assert np.array_equal(things["x"][index], truth["things_x"][index])


def test_lists_of_rows_of_an_array_that_is_not_aligned(server, truth, things):
    x = things["x"]
    alone = microtome.Array(x._transport, "things", x._version, {**x._entry, "aligned": False})
    rows = np.random.default_rng(1).integers(-997, 997, 4000)
    assert np.array_equal(alone[rows, 2], truth["things_x"][rows, 2])


def test_rows_of_every_array(things, truth):
    x, y = things[[5, 1, 9, 5]]
    assert np.array_equal(x, truth["things_x"][[5, 1, 9, 5]]) and y.tolist() == [15, 3, 27, 15]
    x, y = row = things[-7]
    assert x.shape == (6, 5) and y == row["y"] == (997 - 7) * 3 and isinstance(y, np.int64)
    for wrong in (None, ..., 1.5, True, "z", 997, -998, ("x", "y"), [[1], [1, 2]], np.ones((997, 6), bool)):
        with pytest.raises((IndexError, KeyError)):
            things[wrong]
    assert things[10:20]["y"].tolist() == list(range(30, 60, 3))
    assert things[np.arange(997) < 2][1].tolist() == [0, 3]


def test_rows_asks_for_what_is_wanted(things, truth):
    picked = things.rows([-1, 0], arrays=["y", "@rows", "x"], select={"x": np.s_[1:3, ::2]})
    assert picked.names == ("y", "@rows", "x") and picked["@rows"].tolist() == [996, 0]
    assert np.array_equal(picked["x"], truth["things_x"][[-1, 0], 1:3, ::2])
    assert picked.asdict()["y"].tolist() == [996 * 3, 0]
    copy = pickle.loads(pickle.dumps(picked))
    assert copy.names == picked.names and np.array_equal(copy[2], picked[2])
    with pytest.raises(KeyError):
        picked["z"]
    with pytest.raises(IndexError, match="index 997 is out of bounds for axis 0 with size 997"):
        things.rows([997])
    for wrong in ({"select": {"z": np.s_[0:1]}}, {"arrays": ["x"], "select": {"y": ()}}, {"transform": {"z": "cast(f4)"}}):
        with pytest.raises(ValueError, match="not among them"):
            things.rows([1], **wrong)
    with pytest.raises(NotFound):
        things.rows([1], arrays=["z"])


def test_many_rows_are_posted(things, truth):
    rows = np.random.default_rng(2).integers(-997, 997, 20_000)
    x, y = things.rows(rows)
    assert np.array_equal(x, truth["things_x"][rows]) and np.array_equal(y, truth["things_y"][rows])


def test_more_rows_than_the_server_allows_are_asked_for_in_pieces(folder, truth):
    server = Server(folder, "--Microtome:Limits:MaxRows=5000", f"--Microtome:Limits:MaxResponseBytes={1 << 20}").start()
    try:
        ds = microtome.open(server.url, "things", give_up_after=20)
        rows = np.random.default_rng(3).integers(0, 997, 12_000)
        x, y = ds.rows(rows)
        assert np.array_equal(x, truth["things_x"][rows]) and np.array_equal(y, truth["things_y"][rows])
        assert np.array_equal(ds.rows(rows, "x", transform={"x": "cast(f8)"})[0], truth["things_x"][rows].astype("f8"))
        assert np.array_equal(ds["y"][rows], truth["things_y"][rows])
        with pytest.raises(microtome.TooLarge):
            ds.batches(6000, tail="pad").at(0, 0)
    finally:
        server.kill()


def test_more_rows_than_a_body_holds_are_posted_in_pieces(things, truth, monkeypatch):
    monkeypatch.setattr("microtome.gathering._POST_ROWS", 300)
    posted = []
    ask = things._gatherer._ask
    monkeypatch.setattr(things._gatherer, "_ask", lambda rows, *rest: posted.append(len(rows)) or ask(rows, *rest))
    assert np.array_equal(things.rows(slice(None), "x")[0], truth["things_x"]) and posted == [300, 300, 300, 97]


def test_complex_rows(server, truth):
    waves = microtome.open(server.url, "waves")
    (data,) = waves[[3, 1]]
    assert np.array_equal(data, truth["waves"][[3, 1]])
    rows, data = waves.rows([3, 1], arrays=["@rows", "data"])
    assert rows.tolist() == [3, 1] and np.array_equal(data, truth["waves"][[3, 1]])


def test_iterating_over_rows(things, truth):
    rows = list(things)
    assert len(rows) == 997 and all(y == 3 * at and np.array_equal(x, truth["things_x"][at]) for at, (x, y) in enumerate(rows))


def test_a_dataset_survives_pickling(things):
    copy = pickle.loads(pickle.dumps(things))
    assert copy.version == things.version and np.array_equal(copy["y"][:5], things["y"][:5])


def test_what_people_see(things):
    assert "997 rows" in repr(things) and "(997, 6, 5)" in repr(things)
    assert "<table>" in things._repr_html_() and "997" in things._repr_html_()
    assert "x" in repr(things["x"]) and "x: uint8" in repr(things[[1, 2]]) and "y: int64 ()" in repr(things[3])


def test_notebooks_show_thumbnails(digits, server):
    for shown in (digits._repr_html_(), digits["images"]._repr_html_()):
        picture = base64.b64decode(re.search('src="data:image/png;base64,([^"]+)"', shown).group(1))
        assert picture.startswith(b"\x89PNG") and picture[16:24] == struct.pack(">II", 16 * 8, 8)
    assert "<img" not in digits["labels"]._repr_html_() and "<table>" in microtome.open(server.url)._repr_html_()


def test_an_array_with_two_names_answers_to_both(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "linked.h5", "w") as file:
        file["images"] = np.arange(24).reshape(4, 3, 2)
        file["alias"] = file["images"]
        file['an "odd", name:'] = np.arange(4.0)
    server = Server(tmp_path).start()
    try:
        ds = microtome.open(server.url, "linked")
        assert ds["images"] is ds["alias"] and "images" in ds and list(ds.arrays) == ["alias", 'an "odd", name:']
        (images,) = ds.rows([2], arrays=["images"], select={"images": np.s_[1:]})
        assert images.tolist() == [[[14, 15], [16, 17]]]
        assert ds.rows([2], select={"images": np.s_[1:]})["alias"].tolist() == images.tolist()
        assert next(iter(ds.batches(2, arrays=["images", 'an "odd", name:'], order="sequential")))[1].tolist() == [0, 1]
    finally:
        server.kill()


def test_an_array_that_cannot_be_decoded_says_why(things):
    entry = {"name": "odd", "dtype": "object", "shape": [3], "servable": False, "reason": "objects are not arrays"}
    odd = microtome.Array(things._transport, "things", things.version, entry)
    assert "objects are not arrays" in repr(odd) and odd.shape == (3,)
    with pytest.raises(NotServable, match="objects are not arrays"):
        odd[:]


def test_data_that_changed_is_an_error(things):
    stale = microtome.Dataset(things._transport, {**things._detail, "version": "0" * 16})
    for read in (lambda: stale["x"][:1], lambda: stale[[1]], lambda: next(iter(stale.batches(10)))):
        with pytest.raises(VersionChanged) as caught:
            read()
        assert caught.value.version == things.version


def test_a_transform_belongs_to_the_array_by_every_name(tmp_path):
    h5py = pytest.importorskip("h5py")
    x = np.arange(60, dtype="u1").reshape(10, 6, 1)
    with h5py.File(tmp_path / "alias.h5", "w") as file:
        file["x"] = x
        file["zz"] = file["x"]
    server = Server(tmp_path).start()
    try:
        ds = microtome.open(server.url, "alias", give_up_after=20)
        halves = x.astype("f4") / 2
        for seen in (ds.transform(x="cast(f4)|div(2)"), ds.transform(zz="cast(f4)|div(2)")):
            for name in ("x", "zz"):
                assert np.array_equal(seen[name][2:4], halves[2:4])
                assert np.array_equal(seen.rows([2, 3], [name])[0], halves[2:4])
                batches = seen.batches(10, order="sequential", arrays=[name])
                assert np.array_equal(next(iter(batches))[0], halves)
    finally:
        server.kill()


def test_select_cuts_the_rows_as_they_are_stored(things, truth):
    larger = things.transform(x="resize(12,10,nearest)")
    cut = larger.rows([0, 1], ["x"], select={"x": np.s_[-2:]})[0]
    assert np.array_equal(cut, truth["things_x"][:2, -2:].repeat(6, axis=1).repeat(2, axis=2))
    with pytest.raises(IndexError):
        larger.rows([0, 1], ["x"], select={"x": np.s_[11]})
