"""Views and transforms of a real server: NumPy says which rows, and a view is used as a dataset is."""

import pickle
import random

import numpy as np
import pytest

import microtome
from microtome.errors import BadRequest, NotFound, ResumeError
from test_selects import random_item

ROWS = ["@rows"]


def rows_of(ds) -> list:
    return ds.row_numbers().tolist()


def test_a_split_is_a_partition_and_stratified(digits, truth):
    parts = digits.split(0.7, 0.15, 0.15, by="labels", seed=7)
    rows = [rows_of(part) for part in parts]
    assert sorted(sum(rows, [])) == list(range(len(digits))) and [len(part) for part in parts] == [len(part) for part in rows]
    assert all(part == sorted(part) for part in rows)  # The base order is kept.
    for share, part in zip((0.7, 0.15, 0.15), rows):
        assert abs(len(part) - share * len(digits)) <= 1
        for label in range(10):
            assert abs((truth["digits_labels"][part] == label).sum() - share * (truth["digits_labels"] == label).sum()) < 1
    assert [rows_of(part) for part in digits.split(0.7, 0.15, 0.15, by="labels", seed=7)] == rows
    assert [rows_of(part) for part in digits.split(0.7, 0.15, 0.15, by="labels", seed=8)] != rows
    assert len(digits.split(1 / 3, 1 / 3, 1 / 3)[0]) in (599, 600) and len(digits.split(1, 0)[1]) == 0


def test_folds_are_a_partition(things):
    tests = []
    for train, test in things.kfold(5, seed=3):
        assert sorted(rows_of(train) + rows_of(test)) == list(range(997))
        tests += rows_of(test)
    assert sorted(tests) == list(range(997)) and len(things.kfold(5)) == 5


def test_where_slice_and_sample(things, digits, truth):
    labels = truth["digits_labels"]
    assert rows_of(digits.where("labels in (1, 7)")) == np.flatnonzero((labels == 1) | (labels == 7)).tolist()
    assert rows_of(things.where("y >= 30 and not y == 33").slice(5)) == [10, 12, 13, 14, 15]
    assert rows_of(things.slice(-5, None)) == list(range(992, 997)) and rows_of(things.slice(10, 20, 3)) == [10, 13, 16, 19]
    assert len(set(rows_of(digits.sample(100, by="labels", seed=3)))) == 100 == len(digits.sample(100))
    chained = things.where("y > 300").split(0.5, 0.5, seed=1)[0].sample(20).slice(None, None, 2)
    assert len(chained) == 10 and set(rows_of(chained)) <= set(range(101, 997))


def test_a_view_is_used_as_a_dataset_is(things, truth):
    view = things.where("y > 300").slice(3, None, 2)
    rows = np.arange(101, 997)[3::2]
    x, y = truth["things_x"][rows], truth["things_y"][rows]
    assert len(view) == len(rows) == len(view["x"]) and view["x"].shape == x.shape and view["y"].dtype == y.dtype
    assert np.array_equal(np.asarray(view["x"]), x) and np.array_equal(view[-3]["x"], x[-3]) and view[5][1] == y[5]
    mine = view[[5, 1, 9, -1]]
    assert np.array_equal(mine["x"], x[[5, 1, 9, -1]]) and np.array_equal(view[y % 2 == 0]["y"], y[y % 2 == 0])
    assert np.array_equal(view[view["y"] > 900]["y"], y[y > 900])
    assert [int(value) for _, value in view] == y.tolist() and [int(value) for value in view["y"]] == y.tolist()
    picked = view.rows([2, 0], arrays=["@rows", "x"], select={"x": np.s_[1:3]})
    assert picked["@rows"].tolist() == rows[[2, 0]].tolist() and np.array_equal(picked["x"], x[[2, 0], 1:3])
    with pytest.raises(IndexError, match=f"index {len(rows)} is out of bounds for axis 0 with size {len(rows)}"):
        view[len(rows)]
    assert f"{len(rows)} rows" in repr(view) and "where(y > 300)" in repr(view) and "<table>" in view._repr_html_()
    assert rows_of(pickle.loads(pickle.dumps(view))) == rows.tolist()


def test_random_indices_into_a_view_and_through_a_transform_equal_numpys(things, truth):
    chance = random.Random(5)
    view = things.slice(100, 900, 3)
    changed = view.transform(x="cast(f4)|div(255)")
    plain = truth["things_x"][100:900:3]
    for expected, x in ((plain, view["x"]), (plain.astype("f4") / np.float32(255), changed["x"])):
        assert (x.shape, x.dtype) == (expected.shape, expected.dtype)
        for _ in range(60):
            index = [random_item(chance, length) for length in expected.shape[: chance.randrange(1, 4)]]
            if chance.random() < 0.2:
                index.insert(chance.randrange(len(index) + 1), None)
            elif chance.random() < 0.3:
                index[0] = [chance.randrange(-len(x), len(x)) for _ in range(chance.randrange(4))]
            value = x[tuple(index)]
            assert np.array_equal(value, expected[tuple(index)]) and type(value) is type(expected[tuple(index)]), index
        for wrong in (len(x), (0, 6), (0, 0, 0, 0), 1.5, "a", (slice(None), [1])):
            with pytest.raises(IndexError):
                x[wrong]


def test_batches_of_a_view(things, truth):
    view = things.where("y > 300")
    seen = []
    for rows, x in view.batches(64, seed=7, tail="keep", arrays=["@rows", "x"]):
        assert np.array_equal(x, truth["things_x"][rows])
        seen += rows.tolist()
    assert sorted(seen) == rows_of(view) and seen != sorted(seen)
    by_name = [batch[0].tolist() for batch in things.batches(64, seed=7, view="where(y > 300)", tail="keep", arrays=ROWS)]
    assert sum(by_name, []) == seen
    assert list(view.where("y < 0").batches(4, tail="keep", epochs=0)) == []
    with pytest.warns(UserWarning, match="no batch"):
        assert list(view.where("y < 0").batches(4, tail="keep")) == []


def test_resuming_names_the_view(things):
    def make(ds, **options):
        return ds.batches(50, seed=2, epochs=2, arrays=ROWS, **options)

    view = things.slice(0, 300)
    whole = [batch[0].tolist() for batch in make(view)]
    batches = make(view)
    states = [batches.token] + [batches.token for _ in batches]
    for at, token in enumerate(states):
        again = make(view)
        again.load_state_dict(token)
        assert [batch[0].tolist() for batch in again] == whole[at:]
    with pytest.raises(ResumeError, match="view"):
        make(things).load_state_dict(states[1])


def test_transforms_chain_and_reach_everything(things, truth):
    ds = things.transform(x="cast(f4)").transform({"x": "div(255)", "y": "cast(i2)"})
    expected = truth["things_x"].astype("f4") / np.float32(255)
    assert ds["x"].dtype == np.float32 and ds["y"].dtype == np.int16 and np.array_equal(np.asarray(ds["x"]), expected)
    assert np.array_equal(ds[[5, 1]]["x"], expected[[5, 1]]) and ds[7]["y"].dtype == np.int16
    more = ds.rows([3], arrays="x", transform={"x": "scale(2,1)"})[0]
    assert np.array_equal(more, expected[[3]] * np.float32(2) + np.float32(1))
    for batch in ds.batches(100, seed=1, arrays=["@rows", "x"]):
        assert np.array_equal(batch["x"], expected[batch["@rows"]])
    assert "cast(f4)|div(255)" in repr(ds) and things["x"].dtype == np.uint8  # Datasets never change.
    small = things.transform(x="resize(3,4,area)")
    assert small["x"].shape == (997, 3, 4) and np.asarray(small["x"]).shape == (997, 3, 4)
    with pytest.raises(NotFound):
        things.transform(z="cast(f4)")
    with pytest.raises(BadRequest):
        things.transform(x="cats(f4)")["x"].shape


def test_torch_on_a_view(things, truth):
    torch = pytest.importorskip("torch")
    view = things.where("y > 300").transform(x="cast(f4)")
    data = view.torch(["x", "y"])
    seen = []
    for x, y in torch.utils.data.DataLoader(data, batch_size=100, shuffle=True, num_workers=2):
        assert x.dtype == torch.float32 and np.array_equal(x.numpy(), truth["things_x"][(y // 3).numpy()])
        seen += y.tolist()
    assert sorted(seen) == list(range(303, 2991, 3)) and len(data) == len(view)
    loader = torch.utils.data.DataLoader(view.batches(64, arrays=ROWS).torch(), batch_size=None, num_workers=2)
    assert [rows.tolist() for (rows,) in loader] == [rows.tolist() for (rows,) in view.batches(64, arrays=ROWS)]


def test_what_is_wrong_is_said(things):
    for make in (
        lambda: things.split(0.5, 0.6), lambda: things.split(), lambda: things.split(-0.5, 1.5), lambda: things.kfold(1),
        lambda: things.slice(None, None, -1), lambda: things.slice(0, 10, 0), lambda: things.where(" "),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            make()
    for make in (lambda: things.sample(2.5), lambda: things.split(0.5, 0.5, seed="a"), lambda: things.slice("::2")):
        with pytest.raises(TypeError):
            make()
    with pytest.raises(BadRequest) as caught:
        len(things.where("y >> 3"))
    assert caught.value.code == "bad_expression" and isinstance(caught.value.fields["position"], int)
    with pytest.raises(NotFound):
        len(things.where("z == 1"))


def test_names_are_quoted_where_they_must_be(tmp_path):
    from serving import Server

    (tmp_path / "odd").mkdir()
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "odd.h5", "w") as file:
        file["in"] = np.arange(10) % 2
        file["a b,c)"] = np.arange(10) % 3
        file["x"] = np.arange(10)
    server = Server(tmp_path).start()
    try:
        ds = microtome.open(server.url, "odd")
        for by in ("in", "a b,c)"):
            assert sorted(sum((rows_of(part) for part in ds.split(0.5, 0.5, by=by)), [])) == list(range(10))
        assert rows_of(ds.where('"a b,c)" == 2 and "in" == 0')) == [2, 8]
    finally:
        server.kill()


def test_row_numbers_names_and_class_counts(server, folder, truth):
    from microtome.errors import Conflict, NeedsProfile

    digits = microtome.open(server.url, "digits")
    rows = np.random.default_rng(4).integers(-len(digits), len(digits), 500)
    picked = digits.view(rows)
    assert picked.expression.startswith("v-") and digits.view(rows).expression == picked.expression
    assert np.array_equal(picked.row_numbers(), rows % len(digits)) and len(picked) == 500  # In their order, duplicates kept.
    assert np.array_equal(np.asarray(picked["labels"]), truth["digits_labels"][rows])
    assert sorted(sum((batch[0].tolist() for batch in picked.batches(64, tail="keep", arrays=ROWS)), [])) == sorted(rows % len(digits))
    values, counts = np.unique(truth["digits_labels"][rows], return_counts=True)
    assert picked.classes() == picked.classes("labels") == dict(zip(values.tolist(), counts.tolist()))
    nested = picked.where("labels == 3").slice(5)
    assert truth["digits_labels"][nested.row_numbers()].tolist() == [3] * 5

    train, val = digits.split(0.8, 0.2, by="labels", seed=7)
    train.save("train")
    train.save("train")
    with pytest.raises(Conflict):
        val.save("train")
    assert "train" in microtome.open(server.url, "digits").views
    assert digits.view("train").row_numbers().tolist() == train.row_numbers().tolist()
    by_name = [batch[0].tolist() for batch in digits.batches(64, view="train", arrays=ROWS)]
    assert by_name == [batch[0].tolist() for batch in train.batches(64, arrays=ROWS)]
    assert len(digits.unique("labels")) == 10
    for view in (digits.unique("images"), digits.where("images.mean > 3")):
        with pytest.raises(NeedsProfile, match=r"ds.profile\(\['images'\]\)"):
            len(view)


def test_a_state_of_a_list_of_rows_belongs_to_its_version(server):
    digits = microtome.open(server.url, "digits")
    batches = digits.view([5, 1, 9, 700]).batches(2, seed=1, arrays=ROWS)
    whole = rows_of_batches(batches)
    again = digits.view([5, 1, 9, 700]).batches(2, seed=1, arrays=ROWS)
    again.load_state_dict({**batches.state_dict(), "epoch": 0, "step": 1})
    assert rows_of_batches(again) == whole[1:]


def rows_of_batches(batches) -> list:
    return [batch["@rows"].tolist() for batch in batches]


def test_texts_are_classes_and_conditions(tmp_path):
    from serving import Server

    h5py = pytest.importorskip("h5py")
    names = np.array(["cat", "dog", "it's"])[np.arange(30) % 3]
    with h5py.File(tmp_path / "pets.h5", "w") as file:
        file["x"] = np.arange(30)
        file["kind"] = names.astype("S4")
        file.create_dataset("variable", data=names.astype(object), dtype=h5py.string_dtype())
    server = Server(tmp_path).start()
    try:
        ds = microtome.open(server.url, "pets")
        assert ds.names == ("x",) and rows_of(ds.where("kind == 'dog'")) == list(range(1, 30, 3))
        assert rows_of(ds.where("variable in ('cat', 'dog')").slice(3)) == [0, 1, 3]
        assert ds.classes("kind") == {"cat": 10, "dog": 10, "it's": 10}
        assert [half.classes("variable") for half in ds.split(0.5, 0.5, by="kind")] == [{"cat": 5, "dog": 5, "it's": 5}] * 2
    finally:
        server.kill()
