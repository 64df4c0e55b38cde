"""Profiles and materialized datasets of a real server, with NumPy as the oracle."""

import numpy as np
import pytest

import microtome
from microtome.errors import ApiError, Conflict, JobCancelled
from serving import Server


@pytest.fixture(scope="module")
def working(folder):
    server = Server(folder).start()
    yield server
    server.kill()


@pytest.fixture
def digits(working):
    return microtome.open(working.url, "digits", give_up_after=20)


def test_a_profile_makes_conditions_and_duplicates_known(digits, truth):
    images = truth["digits_images"]
    means = images.reshape(len(images), -1).mean(axis=1)
    profiled = digits.profile(["images"], bar=False)
    found = profiled.statistics["images"]
    assert found["count"] == images.size and (found["min"], found["max"]) == (images.min(), images.max())
    assert found["mean"] == pytest.approx(images.mean()) and found["std"] == pytest.approx(images.std())
    bright = digits.where("images.mean > 5 and labels == 1")
    assert bright.row_numbers().tolist() == np.flatnonzero((means > 5) & (truth["digits_labels"] == 1)).tolist()
    _, first = np.unique(images.reshape(len(images), -1), axis=0, return_index=True)
    assert digits.unique("images").row_numbers().tolist() == sorted(first.tolist())


def test_a_view_with_its_transforms_becomes_a_dataset(working, digits, truth):
    train, test = digits.split(0.8, 0.2, by="labels", seed=7)
    made = train.transform(images="cast(f4)|div(16)").materialize("digits-train", bar=False)
    rows = train.row_numbers()
    assert (made.name, len(made), set(made.names)) == ("digits-train", len(train), {"images", "labels"})
    assert np.array_equal(np.asarray(made["images"]), truth["digits_images"][rows].astype("f4") / np.float32(16))
    assert np.array_equal(np.asarray(made["labels"]), truth["digits_labels"][rows])
    assert sum(len(batch[0]) for batch in made.batches(64, tail="keep")) == len(train)
    with pytest.raises(Conflict):
        test.materialize("digits-train", bar=False)
    catalogue = microtome.open(working.url)
    jobs = catalogue.jobs()
    assert {job.kind for job in jobs} >= {"materialize"} and jobs[-1].wait().version == made.version
    catalogue.delete("digits-train")
    assert "digits-train" not in catalogue
    with pytest.raises(ApiError):
        catalogue.delete("digits")
    assert "digits" in catalogue


def test_a_cancelled_job_leaves_nothing(working, digits):
    tiles = "resize(600,600,bilinear)|cast(f4)"  # 2.6 GB, if it were let.
    job = digits.transform(images=tiles).materialize("huge", ["images"], wait=False)
    job.cancel()
    with pytest.raises(JobCancelled):
        job.wait(bar=False, timeout=60)
    assert "huge" not in microtome.open(working.url)
