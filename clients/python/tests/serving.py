"""The real server as a process, to be started, killed and started again on the same port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import List, Optional

import pytest

ROOT = Path(__file__).resolve().parents[3]
_START_SECONDS = 30


def find_server() -> Path:
    """The built server; without one the test is skipped, and fails under CI."""
    built = [ROOT / "artifacts" / "bin" / "Api" / kind / "Microtome.Api.dll" for kind in ("debug", "release")]
    named = os.environ.get("MICROTOME_SERVER")
    found = [Path(named)] if named else [path for path in built if path.exists()]
    if found and shutil.which("dotnet"):
        return max(found, key=lambda path: path.stat().st_mtime)
    reason = "no built server: run `dotnet build src/Api` first" if shutil.which("dotnet") else "dotnet is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Serves a folder. `kill` leaves clients without a word, as a crash does."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        state = folder.parent / f"state-{self.port}"  # Replicas of the same files have one each.
        settings = ["--data", str(folder), f"--Microtome:StateDirectory={state}"]
        self._command: List[str] = ["dotnet", str(find_server()), *settings, *arguments]
        self._process: Optional[subprocess.Popen[bytes]] = None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, wait: bool = True) -> "Server":
        self._process = subprocess.Popen(
            [*self._command, "--urls", self.url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if wait:
            self.wait()
        return self

    def wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            assert self._process is not None and self._process.poll() is None, "the server ended at its start"
            try:
                with urllib.request.urlopen(self.url + "/healthz/ready", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        pytest.fail("the server did not become ready")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
