"""A server of one's own for an example: started on a free port in a folder of its own, and ended with it."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Optional

_ROOT = Path(__file__).resolve().parents[3]
_START_SECONDS = 120.0


@contextmanager
def own_server(data: Path, program: Optional[str]) -> Iterator[str]:
    """The URL of a server of the folder `data`. `program`: a built Microtome.Api.dll; without one `dotnet run` builds it."""
    command = ["dotnet", program] if program else ["dotnet", "run", "-c", "Release", "--project", str(_ROOT / "src" / "Api"), "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with tempfile.TemporaryDirectory(prefix="microtome-state-", dir=data.parent) as state:
        settings = ["--data", str(data), "--urls", url, f"--Microtome:StateDirectory={state}"]
        process = subprocess.Popen([*command, *settings], stdout=subprocess.DEVNULL)
        try:
            _wait(url, process)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url + "/healthz/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("the server did not start")
