"""A stream that is cut anywhere is gone on with from the first step that was not received: nothing lost, nothing twice."""

import gc
import json
import os
import signal
import struct
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from microtome.addresses import parse_address
from microtome.batches import Batches
from microtome.epochs import EpochPlan
from microtome.errors import BadAnswer, GaveUp, NotServable, VersionChanged
from microtome.reading import Reading
from microtome.transport import Transport
from scripted import ScriptedServer, answer, chunked, problem, unchunked

STEPS = 5
HEAD = 24


def frame(kind: int, step: int, payload: bytes) -> bytes:
    return struct.pack("<4sB3xqQ", b"MTF1", kind, step, len(payload)) + payload


def batch(step: int) -> bytes:
    header = json.dumps({"x": {"dtype": "I64", "shape": [2], "data_offsets": [0, 16]}}).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + np.array([step, -step], "<i8").tobytes()


def stream(start: int, idle: bool = False, order: str = "perm.v1") -> bytes:
    head = {"dataset": "d", "version": "v", "arrays": [{"name": "x", "dtype": "<i8", "shape": []}], "order": order, "steps": STEPS}
    frames = [frame(1, start, json.dumps(head).encode())]
    for step in range(start, STEPS):
        frames += [frame(5, step, b"")] * idle + [frame(2, step, batch(step))]
    return b"".join(frames) + frame(4, STEPS, b'{"steps":1,"rows":2,"bytes":3,"next":null}')


def frame_at(body: bytes, number: int) -> int:
    """Where a frame begins; HEADER is number 0."""
    at = -1
    for _ in range(number + 1):
        at = body.index(b"MTF1", at + 1)
    return at


def start_of(path: str) -> int:
    return int(parse_qs(urlsplit(path).query)["start"][0])


def batches(*servers: ScriptedServer, **options) -> Batches:
    replicas = tuple(parse_address(server.url)[0] for server in servers)
    plan = EpochPlan("d", "v", Reading(("x",)), 2, None, 0, 0, 1, "shuffle", "drop", "all", 0, 1)
    return Batches(Transport(replicas, None, 5, options.pop("give_up_after", 5)), plan, **options)


def steps_of(iterable) -> list:
    return [int(x[0]) for (x,) in iterable]


WHOLE = stream(0)


@pytest.mark.parametrize("streamed", [chunked, unchunked])
@pytest.mark.parametrize("look_ahead", [0, 3])
def test_cut_at_any_byte(look_ahead, streamed):
    for cut in range(0, len(WHOLE), 7 if look_ahead else 1):
        first = streamed(WHOLE[:cut], is_whole=False, size=50)
        with ScriptedServer(lambda path, n: streamed(stream(start_of(path))) if n else first) as server:
            assert steps_of(batches(server, look_ahead=look_ahead)) == list(range(STEPS)), cut
            assert len(server.requests) == 2


def test_a_stream_that_ends_without_its_end_was_cut():
    body = stream(0)[: -len(frame(4, STEPS, b'{"steps":1,"rows":2,"bytes":3,"next":null}'))]
    with ScriptedServer(lambda path, n: chunked(stream(start_of(path))) if n else chunked(body)) as server:
        assert steps_of(batches(server)) == list(range(STEPS))
        assert [start_of(path) for path, _ in server.requests] == [0, STEPS]


def test_every_step_cut_and_every_other_time_overloaded():
    def reply(path, n):
        body = stream(start_of(path))
        if start_of(path) == STEPS:
            return chunked(body)
        return problem(503, "overloaded") if n % 2 else chunked(body[: frame_at(body, 2) + 10], is_whole=False)

    with ScriptedServer(reply) as server:
        assert steps_of(batches(server, look_ahead=0)) == list(range(STEPS))


def test_the_other_replica_goes_on():
    cut = len(WHOLE) // 2
    with ScriptedServer(lambda path, n: chunked(WHOLE[:cut], is_whole=False) if n == 0 else (b"", True)) as dying:
        with ScriptedServer(lambda path, n: chunked(stream(start_of(path)))) as other:
            assert steps_of(batches(dying, other)) == list(range(STEPS))
            assert start_of(other.requests[0][0]) > 0


def test_a_proxy_that_refuses_http_1_0_is_asked_in_http_1_1():
    with ScriptedServer(lambda path, n: chunked(stream(start_of(path))) if n else answer(b"", 426)) as server:
        assert steps_of(batches(server)) == list(range(STEPS))
        assert server.versions == ["HTTP/1.0", "HTTP/1.1"]
        assert all(headers["Host"] == server.url.split("//")[1] for _, headers in server.requests)


def test_idle_frames_are_passed_over():
    with ScriptedServer(lambda path, n: chunked(stream(0, idle=True))) as server:
        assert steps_of(batches(server)) == list(range(STEPS))


def test_an_error_frame_is_an_error_or_a_reason_to_ask_again():
    def reply_with(status, code):
        error = frame(3, 2, json.dumps({"status": status, "code": code, "detail": "because"}).encode())
        body = stream(0)
        return lambda path, n: chunked(stream(start_of(path))) if n else chunked(body[: frame_at(body, 3)] + error)

    with ScriptedServer(reply_with(422, "not_servable")) as server:
        seen = []
        with pytest.raises(NotServable, match="because"):
            for (x,) in batches(server):
                seen.append(int(x[0]))
        assert seen == [0, 1]
    with ScriptedServer(reply_with(503, "unavailable")) as server:
        assert steps_of(batches(server)) == list(range(STEPS))


def test_data_that_changes_in_the_middle_is_an_error():
    cut = chunked(WHOLE[: len(WHOLE) // 2], is_whole=False)
    with ScriptedServer(lambda path, n: problem(409, "version_changed", version="w") if n else cut) as server:
        with pytest.raises(VersionChanged):
            steps_of(batches(server))


def test_nonsense_is_refused():
    wrong = [
        b"<html>" * 10,
        WHOLE[:0] + frame(2, 0, batch(0)),
        stream(0)[: frame_at(WHOLE, 1)] + struct.pack("<4sB3xqQ", b"MTF1", 2, 0, 1 << 60),  # No memory is taken on its word.
        stream(0).replace(b'"x": {', b'"y": {'),
        stream(1),  # Not the step that was due.
        stream(0, order="perm.v9"),
        frame(1, 0, b"{}" * 3),
    ]
    for body in wrong:
        with ScriptedServer(lambda path, n: chunked(body)) as server:
            with pytest.raises(BadAnswer):
                steps_of(batches(server))


def test_a_long_pause_of_the_caller_is_no_silence_of_the_server():
    first = chunked(WHOLE[: frame_at(WHOLE, 3)], is_whole=False)
    with ScriptedServer(lambda path, n: chunked(stream(start_of(path))) if n else first) as server:
        seen = []
        for (x,) in batches(server, look_ahead=0, give_up_after=0.4):
            seen.append(int(x[0]))
            time.sleep(0.6 if len(seen) == 2 else 0)  # Longer than the client would wait; then the cut is found.
        assert seen == list(range(STEPS))


def test_a_server_that_cuts_for_ever_is_given_up():
    with ScriptedServer(lambda path, n: chunked(WHOLE[:50], is_whole=False)) as server:
        with pytest.raises(GaveUp):
            steps_of(batches(server, give_up_after=0.3))


def test_a_loop_that_waits_for_a_server_can_be_left_at_once():
    with ScriptedServer(lambda path, n: problem(503, "overloaded")) as server:
        iterator = iter(batches(server, give_up_after=200))
        threading.Timer(0.3, iterator.close).start()
        begin = time.monotonic()
        with pytest.raises(StopIteration):
            next(iterator)
        assert time.monotonic() - begin < 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_while_a_thread_waits_for_bytes_can_drop_its_copy():
    """The thread holds the lock of the reader then, and in the copy nobody will ever release it."""
    begun = unchunked(WHOLE[: frame_at(WHOLE, 2)])[0]
    with ScriptedServer(lambda path, n: chunked(stream(start_of(path))) if n else (begun, False)) as server:
        iterator = iter(batches(server, look_ahead=1))
        seen = [int(next(iterator)[0][0])]
        reader = next(thread for thread in threading.enumerate() if thread.name == "microtome-look-ahead")
        while sys._current_frames()[reader.ident].f_code.co_name != "readinto":
            time.sleep(0.01)
        child = os.fork()
        if child == 0:
            signal.alarm(20)  # Ends a copy that hangs, and its exit code tells.
            iterator.close()
            del iterator
            gc.collect()
            os._exit(42)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
        server.cut()
        assert seen + steps_of(iterator) == list(range(STEPS))


def test_a_cut_leaves_a_batch_that_is_in_use_alone():
    begun = chunked(WHOLE[: frame_at(WHOLE, 4) + HEAD + 90], is_whole=False)  # Within the bytes of the fourth batch.
    with ScriptedServer(lambda path, n: chunked(stream(start_of(path))) if n else begun) as server:
        seen = []
        for (x,) in batches(server, look_ahead=1, reuse=True):
            before = x.copy()
            time.sleep(0.2)
            assert np.array_equal(x, before)
            seen.append(int(x[0]))
        assert seen == list(range(STEPS))
