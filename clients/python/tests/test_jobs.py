"""Jobs and stored views against a server that says what a test wants: what is posted, waited for, cancelled, and told."""

import json
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

import microtome
from microtome.errors import Conflict, GaveUp, JobCancelled, JobFailed, NeedsProfile
from microtome.problems import parse_problem
from scripted import ScriptedServer, answer, problem

DETAIL = {
    "name": "d", "version": "v1", "rows": 5, "bytes": 5, "arrayCount": 2, "views": ["all"],
    "arrays": [
        {"name": name, "dtype": "|u1", "shape": [5], "aligned": True, "servable": True, "statistics": {"count": 5} if name == "x" else None}
        for name in ("x", "y")
    ],
}  # fmt: skip


def says(members, status: int = 200):
    return answer(json.dumps(members).encode(), status)


class Jobs:
    """A server with one job, in a new state each time it is asked."""

    def __init__(self, *states, **fields) -> None:
        self.states = list(states)
        self.fields = fields
        self.deleted = threading.Event()
        self.server = ScriptedServer(self.reply)

    def reply(self, path, count):
        method = self.server.methods[count]
        if path.startswith("/v1/jobs/j1"):
            if method == "DELETE":
                self.deleted.set()
                return answer(b"", 202)
            state = "cancelled" if self.deleted.is_set() else self.states.pop(0) if len(self.states) > 1 else self.states[0]
            return says({"id": "j1", "kind": "profile", "state": state, "done": 3, "total": 5, "peakMemory": 7, **self.fields})
        if path == "/v1/jobs" and method == "GET":
            return says({"jobs": [{"id": "j1", "kind": "profile", "state": "running", "dataset": "d", "name": None}]})
        if path == "/v1/jobs":
            return says({"id": "j1", "kind": "profile", "state": "queued", "done": 0, "total": 5}, 202)
        return says({**DETAIL, "name": path.rsplit("/", 1)[1]})

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *error):
        self.server.__exit__(*error)

    @property
    def posted(self):
        return [json.loads(body) for method, body in zip(self.server.methods, self.server.bodies) if method == "POST"]


def test_profile_waits_and_knows_the_statistics():
    with Jobs("running", "running", "succeeded") as jobs:
        ds = microtome.open(jobs.server.url, "d")
        profiled = ds.profile()
        assert jobs.posted == [{"kind": "profile", "dataset": "d", "version": "v1", "arrays": ["x", "y"]}]
        assert profiled.statistics == {"x": {"count": 5}} and profiled.version == ds.version
        ds.profile("x")
        assert jobs.posted[-1]["arrays"] == ["x"]


def test_materialize_says_rows_and_transforms_and_gives_the_new_dataset():
    with Jobs("succeeded") as jobs:
        ds = microtome.open(jobs.server.url, "d").where("y == 1").transform(x="cast(f4)")
        made = ds.materialize("small", ["x"])
        assert made.name == "small" and made.expression == "all"
        assert jobs.posted == [
            {
                "kind": "materialize", "dataset": "d", "version": "v1", "view": "where(y == 1)", "name": "small", "arrays": ["x"],
                "transform": {"x": "cast(f4)"},
            }
        ]  # fmt: skip


def test_a_job_that_nobody_waits_for():
    with Jobs("running", "running", "succeeded") as jobs:
        job = microtome.open(jobs.server.url, "d").profile(wait=False)
        assert (job.state, job.id, repr(job)) == ("queued", "j1", "<microtome.Job j1 profile: queued 0%>")
        assert job.refresh().done == 3 and job.state == "running" and job.peak_memory == 7
        with pytest.raises(TimeoutError, match="goes on"):
            job.wait(timeout=0)
        assert job.wait(sleep=lambda seconds: None).name == "d"


def test_failures_and_cancelling():
    with Jobs("failed", error={"code": "disk_full", "detail": "no room for 3 GB"}) as jobs:
        with pytest.raises(JobFailed, match="no room for 3 GB") as caught:
            microtome.open(jobs.server.url, "d").profile()
        copy = pickle.loads(pickle.dumps(caught.value))
        assert copy.said["error"]["code"] == "disk_full" and str(copy) == str(caught.value)
    with Jobs("running") as jobs:
        job = microtome.open(jobs.server.url, "d").profile(wait=False)
        job.cancel()
        assert jobs.deleted.is_set()
        with pytest.raises(JobCancelled):
            job.wait()
        job.cancel()  # Again is no harm, and asks for nothing.
        assert jobs.server.methods.count("DELETE") == 1


def test_waiting_goes_on_after_a_restart_of_the_server():
    with Jobs("running", "succeeded") as jobs:
        whole, failed = jobs.reply, []

        def reply(path, count):
            if path == "/v1/jobs/j1" and len(failed) < 3:
                failed.append(1)
                return (b"", True) if len(failed) < 3 else problem(503, "unavailable")
            return whole(path, count)

        jobs.server._reply = reply
        assert microtome.open(jobs.server.url, "d").profile().name == "d" and len(failed) == 3


def test_a_job_is_not_posted_twice_where_it_may_have_arrived():
    with Jobs("succeeded") as jobs:
        whole = jobs.reply
        ds = microtome.open(jobs.server.url, "d")
        jobs.server._reply = lambda path, count: (b"", True) if path == "/v1/jobs" and jobs.server.methods[count] == "POST" else whole(path, count)
        with pytest.raises(GaveUp, match="may have arrived"):
            ds.profile()
        assert len(jobs.posted) == 1
        (job,) = microtome.open(jobs.server.url).jobs()
        assert job.wait().name == "d"
    posts = []

    def busy(path, count):
        if path == "/v1/jobs":
            posts.append(1)
            return problem(503, "overloaded") if len(posts) < 3 else says({"id": "j1", "state": "succeeded"}, 202)
        return says(DETAIL)

    with ScriptedServer(busy) as server:  # What was refused is posted again.
        assert microtome.open(server.url, "d").profile().name == "d" and len(posts) == 3


def test_a_dataset_is_deleted():
    with ScriptedServer(lambda path, count: answer(b"", 204)) as server:
        microtome.open(server.url).delete("small one")
        assert (server.methods, server.requests[0][0]) == (["DELETE"], "/v1/datasets/small%20one")


def test_a_bar_is_shown(capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with Jobs("running", "succeeded", done=5) as jobs:
        microtome.open(jobs.server.url, "d").profile(bar=True)
    assert "profile j1: 100% of 5 rows" in capfd.readouterr().err


SCRIPT = """
    import signal, sys, microtome
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Who runs the tests may ignore it.
    ds = microtome.open(sys.argv[1], "d")
    print("ready", flush=True)
    try:
        ds.profile() if sys.argv[2] == "profile" else ds.profile(wait=False).wait()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.mark.parametrize("how", ["profile", "wait"])
def test_ctrl_c_cancels_what_was_waited_for_in_person_and_leaves_other_jobs(how):
    asked = threading.Event()
    with Jobs("running") as jobs:
        whole = jobs.reply
        jobs.server._reply = lambda path, count: (asked.set() if path == "/v1/jobs/j1" else None, whole(path, count))[1]
        package = str(Path(microtome.__file__).resolve().parents[1])
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), jobs.server.url, how],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": package},
        )  # fmt: skip
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[0].splitlines()[-1] == "interrupted"
        assert jobs.deleted.is_set() == (how == "profile")


def test_every_replica_is_profiled_and_one_materializes():
    with Jobs("succeeded") as one, Jobs("succeeded") as other:
        ds = microtome.open([one.server.url, other.server.url], "d")
        assert ds.profile().name == "d" and len(one.posted) == len(other.posted) == 1
        made = ds.materialize("small")
        assert len(one.posted) == 2 and len(other.posted) == 1
        assert [str(replica) for replica in made._transport.replicas] == [one.server.url]
        with pytest.raises(ValueError, match="one server"):
            ds.profile(wait=False)


def test_needing_a_profile_says_what_to_call():
    for job in ({"kind": "profile", "dataset": "d", "arrays": ["x"]}, {"dataset": "d", "array": "x"}):
        error = parse_problem(422, json.dumps({"code": "needs_profile", "detail": "x.mean is not computed", "job": job}).encode())
        assert isinstance(error, NeedsProfile) and "ds.profile(['x'])" in str(error)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert "ds.profile()" in str(NeedsProfile("x"))


class Views:
    def __init__(self, **known) -> None:
        self.known = known
        self.server = ScriptedServer(self.reply)

    def reply(self, path, count):
        path, _, query = path.partition("?")
        if path == "/v1/datasets/d":
            return says(DETAIL)
        if self.server.methods[count] == "POST":
            body = self.server.bodies[count]
            if self.server.requests[count][1]["Content-Type"] == "application/json" and json.loads(body)["name"] == "taken":
                return problem(409, "name_taken")
            return says({"id": "v-0123456789abcdef", "name": "n", "expression": None, "rows": 3}, 201)
        if path.startswith("/v1/datasets/d/views/"):
            name = path.rsplit("/", 1)[1]
            return says(self.known[name]) if name in self.known else problem(404, "view_not_found")
        return says({"rows": 5, "classes": [{"value": 0, "rows": 2}, {"value": 1, "rows": 3}], "query": query})


def test_a_name_is_looked_up_once_and_what_it_means_is_kept():
    views = Views(train={"id": "v-1", "expression": "split(parts=0.8:0.2,take=0)"}, picked={"id": "v-2", "expression": None})
    with views.server:
        ds = microtome.open(views.server.url, "d")
        assert ds.view("train").expression == "split(parts=0.8:0.2,take=0)"
        assert ds.view("picked").expression == "v-2" and ds.view("all").expression == "all"
        assert ds.view("train | slice(::2)").expression == "split(parts=0.8:0.2,take=0)|slice(::2)"
        assert ds.slice(3).view("slice(::2)|unique(x)").expression == "slice(:3)|slice(::2)|unique(x)"
        assert ds.batches(2, view="train").state.view == "split(parts=0.8:0.2,take=0)"
        with pytest.raises(microtome.NotFound):
            ds.view("nope")


def test_a_list_of_rows_is_stored_on_every_replica():
    one, other = Views(), Views()
    with one.server, other.server:
        ds = microtome.open([one.server.url, other.server.url], "d")
        view = ds.view(np.array([4, 0, -1]))
        assert view.expression == "v-0123456789abcdef"
        for server in (one.server, other.server):
            (at,) = [at for at, method in enumerate(server.methods) if method == "POST"]
            assert np.frombuffer(server.bodies[at], "<i8").tolist() == [4, 0, 4] and "name=rows-" in server.requests[at][0]
        with pytest.raises(IndexError):
            ds.view([5])


def test_saving_and_counting():
    views = Views()
    with views.server:
        ds = microtome.open(views.server.url, "d").where("y == 1")
        ds.save("ones")
        assert json.loads(views.server.bodies[-1]) == {"name": "ones", "expression": "where(y == 1)"}
        with pytest.raises(Conflict):
            ds.save("taken")
        assert ds.classes("y") == {0: 2, 1: 3}
        assert "expression=where(y%20%3D%3D%201)" in views.server.requests[-1][0] and "by=y" in views.server.requests[-1][0]
