"""How long to go on trying, and how long to wait in between. Chance and time are arguments, so that tests need neither."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

from .errors import GaveUp

_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 2.0


@dataclass
class Patience:
    """The waits of one request or stream. The time begins with the first failure since the last success."""

    give_up_after: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random
    _since: Optional[float] = field(default=None, init=False)
    _wait: float = field(default=_FIRST_WAIT_SECONDS, init=False)

    def succeeded(self) -> None:
        self._since = None
        self._wait = _FIRST_WAIT_SECONDS

    def failed(self, cause: BaseException, advised: Optional[float] = None, waits: bool = True) -> None:
        """Notes a failure and waits: as long as the server advises, else twice as long each time, with some jitter.

        Raises GaveUp from the cause once the time is over.
        """
        now = self.clock()
        self._since = now if self._since is None else self._since
        left = self.give_up_after - (now - self._since)
        if left <= 0:
            raise GaveUp(f"no answer within {self.give_up_after:g} s: {cause}") from cause
        if waits:
            wait = advised if advised is not None else self._wait * (0.5 + 0.5 * self.chance())
            self._wait = min(self._wait * 2, _LONGEST_WAIT_SECONDS)
            self.sleep(min(wait, left))
