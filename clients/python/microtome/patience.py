"""How long to go on trying, and how long to wait in between. Chance and time are arguments, so that tests need neither."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

from .errors import GaveUp

_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 2.0
_QUIET_SECONDS = 3.0  # Shorter outages are nobody's business.
_LEAST_TRY_SECONDS = 0.05

_log = logging.getLogger("microtome")


@dataclass
class Patience:
    """The waits of one request or stream. The time begins when an answer is first waited for, and anew with each success."""

    give_up_after: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random
    _since: float = field(default=0.0, init=False)
    _wait: float = field(default=_FIRST_WAIT_SECONDS, init=False)
    _is_said: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._since = self.clock()

    @property
    def left(self) -> float:
        """Seconds that one more attempt may take; never nothing, because the last attempt is always made."""
        return max(_LEAST_TRY_SECONDS, self._since + self.give_up_after - self.clock())

    def succeeded(self) -> None:
        """Something came: also said when waiting begins again after a pause of the caller's own."""
        self._since = self.clock()
        self._wait = _FIRST_WAIT_SECONDS
        if self._is_said:
            self._is_said = False
            _log.warning("microtome: the server answers again")

    def failed(self, cause: BaseException, advised: Optional[float] = None, waits: bool = True) -> None:
        """Notes a failure and waits: as long as the server advises, else twice as long each time, with some jitter.

        Raises GaveUp from the cause once the time is over. A long outage is logged once, so that nobody stares at a silent program.
        """
        waited = self.clock() - self._since
        left = self.give_up_after - waited
        if left <= 0:
            raise GaveUp(f"no answer within {self.give_up_after:g} s: {cause}") from cause
        if waited >= _QUIET_SECONDS and not self._is_said:
            self._is_said = True
            _log.warning("microtome: no answer for %.0f s, trying for %.0f s more: %s", waited, left, cause)
        if waits:
            wait = advised if advised is not None else self._wait * (0.5 + 0.5 * self.chance())
            self._wait = min(self._wait * 2, _LONGEST_WAIT_SECONDS)
            self.sleep(min(wait, left))
