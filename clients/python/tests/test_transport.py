"""Requests against a server that says what the test wants: retries, failover, and what is never taken for an answer."""

import pickle
import socket
import threading
import time

import numpy as np
import pytest

import microtome
from microtome import errors
from microtome.addresses import Replica, parse_address, parse_addresses
from microtome.errors import ApiError, BadRequest, GaveUp, NotFound, ShortBody, VersionChanged
from microtome.patience import Patience
from microtome.requests import Request
from microtome.transport import Transport
from scripted import ScriptedServer, answer, problem

REQUEST = Request.get("/v1/x", [("select", "1:2")])
GOOD = answer(b"0123456789", X_Kind="good")


def transport(*servers: ScriptedServer, give_up_after: float = 10, key=None, timeout: float = 5) -> Transport:
    replicas = tuple(parse_address(server.url)[0] for server in servers)
    return Transport(replicas, key, timeout, give_up_after)


def read(*servers: ScriptedServer, **options) -> bytes:
    body, headers = transport(*servers, **options).get_bytes(REQUEST)
    assert headers["X-Kind"] == "good"
    return body.tobytes()


@pytest.mark.parametrize(
    "failure",
    [
        problem(503, "overloaded"),
        (problem(503, "overloaded")[0].replace(b"\r\n\r\n", b"\r\nRetry-After: 0\r\n\r\n"), False),
        answer(b"<html>restarting</html>", 502),
        answer(b"01234", length=10, close=True),  # A short body.
        (b"", True),
        (b"HTTP/1.1 200 OK\r\nContent-Le", True),
        answer(b"{", 503, length=10, close=True),
    ],
)
def test_asks_again_after(failure):
    with ScriptedServer(lambda path, count: GOOD if count else failure) as server:
        assert read(server) == b"0123456789"
        assert [path for path, _ in server.requests] == ["/v1/x?select=1:2"] * 2


def test_a_body_shorter_than_its_length_is_never_an_answer():
    with ScriptedServer(lambda path, count: answer(b"01234", length=10, close=True)) as server:
        with pytest.raises(GaveUp) as caught:
            read(server, give_up_after=0.3)
        assert isinstance(caught.value.__cause__, ShortBody)
        assert len(server.requests) > 2


def test_a_body_without_a_length_is_refused():
    with ScriptedServer(lambda path, count: (b"HTTP/1.1 200 OK\r\n\r\n0123", True)) as server:
        with pytest.raises(GaveUp, match="length"):
            read(server, give_up_after=0.2)


@pytest.mark.parametrize(
    "refusal, kind",
    [
        (problem(409, "version_changed", version="new"), VersionChanged),
        (problem(404, "array_not_found"), NotFound),
        (problem(400, "unknown_parameter", nearest="seed"), BadRequest),
        (answer(b"", 302, Location="http://127.0.0.1:1/"), ApiError),
    ],
)
def test_refusals_are_not_asked_again(refusal, kind):
    with ScriptedServer(lambda path, count: refusal) as server:
        with pytest.raises(kind):
            read(server)
        assert len(server.requests) == 1


def test_errors_survive_pickling_with_their_fields():
    with ScriptedServer(lambda path, count: problem(409, "version_changed", version="new")) as server:
        with pytest.raises(VersionChanged) as caught:
            read(server)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), copy.version, copy.status, str(copy)) == (VersionChanged, "new", 409, str(caught.value))


def test_every_error_can_be_made_from_its_message_alone_and_pickled():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MicrotomeError)]
    assert len(kinds) > 15
    for kind in kinds:
        copy = pickle.loads(pickle.dumps(kind("why")))
        assert type(copy) is kind and str(copy) == str(kind("why")) and str(copy).startswith("why")


def test_a_connection_that_the_server_closed_meanwhile_is_opened_again_at_once():
    with ScriptedServer(lambda path, count: (GOOD[0], True)) as server:
        asks = transport(server)
        for _ in range(3):
            assert asks.get_bytes(REQUEST)[0].size == 10
        assert (server.connections, len(server.requests)) == (3, 3)


def test_moves_to_the_next_replica_and_stays_there():
    with ScriptedServer(lambda path, count: (b"", True)) as dead, ScriptedServer(lambda path, count: GOOD) as alive:
        asks = transport(dead, alive)
        for _ in range(3):
            asks.get_bytes(REQUEST)
        assert (len(dead.requests), len(alive.requests)) == (1, 3)


def test_a_port_where_nobody_listens_is_passed_over():
    with socket.socket() as nobody, ScriptedServer(lambda path, count: GOOD) as alive:
        nobody.bind(("127.0.0.1", 0))
        replicas = (Replica("http", "127.0.0.1", nobody.getsockname()[1]), parse_address(alive.url)[0])
        assert Transport(replicas, None, 5, 5).get_bytes(REQUEST)[0].size == 10


def test_gives_up_with_the_last_error_as_its_cause():
    with ScriptedServer(lambda path, count: problem(503, "overloaded")) as server:
        with pytest.raises(GaveUp, match="0.2 s") as caught:
            read(server, give_up_after=0.2)
        assert caught.value.__cause__.code == "overloaded"


def test_a_silent_server_is_left_after_the_timeout():
    wait = threading.Event()
    with ScriptedServer(lambda path, count: GOOD if count else (wait.wait(5), GOOD)[1]) as server:
        assert read(server, timeout=0.2) == b"0123456789"
        wait.set()


def test_a_server_that_still_looks_for_its_datasets_is_waited_for():
    def reply(path, count):
        if path == "/healthz/ready":
            return answer(b"{}", 503 if count < 3 else 200)
        return problem(404, "dataset_not_found") if count < 4 else GOOD

    with ScriptedServer(reply) as server:
        assert read(server) == b"0123456789"


def test_a_dataset_that_is_gone_is_an_error_at_once():
    with ScriptedServer(lambda p, count: answer(b"{}") if p == "/healthz/ready" else problem(404, "dataset_not_found")) as server:
        with pytest.raises(NotFound):
            read(server)


def test_the_key_is_sent_and_never_shown():
    with ScriptedServer(lambda path, count: GOOD) as server:
        asks = transport(server, key="secret")
        asks.get_bytes(REQUEST)
        assert server.requests[0][1]["Authorization"] == "Bearer secret"
        assert "secret" not in repr(asks) and "secret" not in server.requests[0][0]


def test_every_thread_has_its_own_connection_and_keeps_it():
    with ScriptedServer(lambda path, count: GOOD) as server:
        asks = transport(server)

        def work():
            for _ in range(5):
                asks.get_bytes(REQUEST)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (server.connections, len(server.requests)) == (3, 15)


def test_patience_doubles_its_waits_and_ends():
    now = [0.0]
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    patience = Patience(10, clock=lambda: now[0], sleep=sleep, chance=lambda: 1.0)
    with pytest.raises(GaveUp):
        while True:
            patience.failed(OSError("down"))
    assert waits[:7] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0] and sum(waits) == pytest.approx(10)
    patience.succeeded()
    patience.failed(OSError("down"), advised=3)
    assert waits[-1] == 3


def test_the_stated_time_counts_the_silence_too(caplog):
    now = [100.0]
    patience = Patience(10, clock=lambda: now[0], sleep=lambda seconds: None)
    now[0] += 7  # A server kept silent.
    assert patience.left == 3
    patience.failed(OSError("down"))
    assert [record.getMessage() for record in caplog.records] == ["microtome: no answer for 7 s, trying for 3 s more: down"]
    now[0] += 3
    with pytest.raises(GaveUp):
        patience.failed(OSError("down"))
    assert patience.left > 0  # Time for the attempt that is always made.
    patience.succeeded()
    assert "again" in caplog.records[-1].getMessage() and patience.left == 10


def test_a_silent_server_is_given_up_after_the_stated_time_not_after_its_timeouts():
    wait = threading.Event()
    with ScriptedServer(lambda path, count: (wait.wait(20), GOOD)[1]) as server:
        begin = time.monotonic()
        with pytest.raises(GaveUp, match="0.5 s"):
            read(server, timeout=60, give_up_after=0.5)
        assert time.monotonic() - begin < 15  # Far from the 60 s that one silence may last.
        wait.set()


def test_a_slow_server_is_waited_for():
    with ScriptedServer(lambda path, count: (time.sleep(0.7), GOOD)[1]) as server:
        assert read(server, timeout=30, give_up_after=30) == b"0123456789"
        assert len(server.requests) == 1


def test_retry_after_is_kept_to_and_read_with_care():
    def overloaded(seconds):
        return problem(503, "overloaded")[0].replace(b"\r\n\r\n", b"\r\nRetry-After: " + seconds + b"\r\n\r\n"), False

    for said, waited in ((b"1", True), (b"Wed, 21 Oct 2015 07:28:00 GMT", False), (b"\xb2", False), (b"-3", False)):
        with ScriptedServer(lambda path, count: GOOD if count else overloaded(said)) as server:
            begin = time.monotonic()
            assert read(server) == b"0123456789"
            assert (time.monotonic() - begin >= 1) or not waited


def test_a_replica_that_is_too_busy_does_not_delay_the_other():
    busy = problem(503, "overloaded")[0].replace(b"\r\n\r\n", b"\r\nRetry-After: 3600\r\n\r\n"), False
    with ScriptedServer(lambda path, count: busy) as one, ScriptedServer(lambda path, count: GOOD) as other:
        assert read(one, other, give_up_after=5) == b"0123456789"


@pytest.mark.parametrize("key", ["two\nlines", "schl\u00fcssel", "   "])
def test_an_impossible_key_is_refused_at_once_and_not_shown(key):
    with pytest.raises(ValueError) as caught:
        Transport((Replica("http", "h", 1),), key, 5, 5)
    assert key not in str(caught.value)


def test_a_key_may_come_from_a_file_that_ends_with_a_newline(monkeypatch):
    with ScriptedServer(lambda path, count: answer(b'{"datasets":[]}')) as server:
        assert list(microtome.open(server.url, key="secret\n")) == []
        monkeypatch.setenv("MICROTOME_API_KEY", "other")
        assert list(microtome.open(server.url)) == []
        keys = [headers["Authorization"] for _, headers in server.requests]
        assert (keys[0], keys[-1], set(keys)) == ("Bearer secret", "Bearer other", {"Bearer secret", "Bearer other"})


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"timeout": -1}, {"give_up_after": -1}])
def test_impossible_times_are_refused(wrong):
    with pytest.raises(ValueError):
        microtome.open("http://127.0.0.1:9", **wrong)


def test_a_repr_keeps_nobody_waiting():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        catalogue = microtome.open(f"http://127.0.0.1:{nobody.getsockname()[1]}", give_up_after=600)
        assert "no answer within 2 s" in repr(catalogue) and catalogue._repr_html_() is None


def test_addresses():
    assert parse_address("http://h:5080") == (Replica("http", "h", 5080), None)
    assert parse_address("https://h/a/b/v1/datasets/d%20x/") == (Replica("https", "h", 443, "/a/b"), "d x")
    assert str(parse_address("http://[::1]:81")[0]) == "http://[::1]:81"
    assert parse_address("http://h:5080/v1/")[0] == parse_address("h:5080")[0] == Replica("http", "h", 5080)
    assert parse_address("http://h/a b/v1")[0].prefix == "/a%20b"
    assert parse_addresses(["http://a/v1/datasets/d", "http://b/v1/datasets/d"])[1] == "d"
    for wrong in ("ftp://h", "http://", "http://user:key@h", "http://h?x=1", "http://a b", "http://h/v1/datasets/d/rows"):
        with pytest.raises(ValueError):
            parse_address(wrong)
    for wrong in ([], ["http://a/v1/datasets/d", "http://b"]):
        with pytest.raises(ValueError):
            parse_addresses(wrong)


def test_bodies_are_writable_and_aligned():
    with ScriptedServer(lambda path, count: GOOD) as server:
        body, _ = transport(server).get_bytes(REQUEST)
        assert body.flags.writeable and body.ctypes.data % 8 == 0 and body.dtype == np.uint8
