"""A bar where somebody looks: tqdm's if it is installed, else a line on stderr that is written anew."""

from __future__ import annotations

import sys
import time
from typing import Any, Callable, Optional, TextIO, Tuple

_LINE_SECONDS = 0.2
_LOG_SECONDS = 10.0  # Where lines cannot be written anew, each is a line of its own.


def open_bar(label: str, unit: str, show: Optional[bool]) -> "Bar":
    """`show=None` shows it where somebody looks: on a terminal, or in a notebook."""
    if not (sys.stderr.isatty() or "ipykernel" in sys.modules if show is None else show):
        return Bar()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return LineBar(label, unit)
    return TqdmBar(lambda done, total: tqdm(desc=label, unit=unit, unit_scale=True, initial=done, total=total))


class Bar:
    """Shows nothing. Used by one thread; `to` may be called as often as one likes."""

    def to(self, done: float, total: Optional[float], note: str = "") -> None:
        """How far it is, of how much (None where nobody knows). What was done before the first call does not count for the rate."""

    def close(self) -> None:
        """Leaves what is shown as it is."""


class TqdmBar(Bar):
    def __init__(self, make: Callable[[float, Optional[float]], Any]) -> None:
        self._make = make
        self._bar: Any = None
        self._note = ""

    def to(self, done: float, total: Optional[float], note: str = "") -> None:
        if self._bar is None:
            self._bar = self._make(done, total)
        if total != self._bar.total:
            self._bar.total = total
        if note != self._note:
            self._note = note
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class LineBar(Bar):
    def __init__(
        self, label: str, unit: str, stream: Optional[TextIO] = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._label = label
        self._unit = unit
        self._stream = stream or sys.stderr
        self._clock = clock
        self._is_terminal = self._stream.isatty()
        self._begin: Optional[Tuple[float, float]] = None
        self._shown = float("-inf")
        self._last: Tuple[float, Optional[float], str] = (0, None, "")
        self._width = 0

    def to(self, done: float, total: Optional[float], note: str = "") -> None:
        now = self._clock()
        self._begin = self._begin or (now, done)
        self._last = (done, total, note)
        if now - self._shown >= (_LINE_SECONDS if self._is_terminal else _LOG_SECONDS):
            self._shown = now
            self._write(now)

    def close(self) -> None:
        if self._begin is not None:
            self._write(self._clock())
            self._stream.write("\n" if self._is_terminal else "")
            self._stream.flush()
            self._begin = None

    def _write(self, now: float) -> None:
        text = self._text(now)
        if self._is_terminal:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def _text(self, now: float) -> str:
        done, total, note = self._last
        assert self._begin is not None
        seconds, first = now - self._begin[0], self._begin[1]
        rate = (done - first) / seconds if seconds > 0 else 0.0
        speed = f"{done:,.0f} {self._unit}, {rate:,.0f}/s" if not total else f"{done / total:4.0%} of {total:,.0f} {self._unit}, {rate:,.0f}/s"
        left = f", {(total - done) / rate:,.0f} s left" if total and rate > 0 and done < total else ""
        return f"{self._label}: {speed}{left}" + (f", {note}" if note else "")
