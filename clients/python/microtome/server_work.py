"""What a server does for a dataset beyond reading: counting classes, keeping views, and long work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional

from .jobs import Job, run
from .reading import ArrayNames, Reading
from .stored_views import count_classes, store_view
from .transport import Transport

if TYPE_CHECKING:
    from .datasets import Dataset


class ServerWork:
    """The part of a dataset that asks for such work, on the dataset's rows and with its transforms."""

    name: str
    version: str
    expression: str
    _transport: Transport
    _detail: Mapping[str, Any]
    reading: Callable[..., Reading]
    reopened: Callable[[], "Dataset"]

    def classes(self, by: Optional[str] = None) -> Dict[Any, int]:
        """How many rows there are of each class, in class order; of the labels unless `by` says which array."""
        return count_classes(self._transport, self.name, self.version, self.expression, by)

    def save(self, name: str) -> None:
        """Gives these rows a name on the server, for `ds.view(name)` and `view=` in URLs. Raises Conflict where it means others."""
        store_view(self._transport, self.name, name, self.expression)

    def profile(self, arrays: ArrayNames = None, *, wait: bool = True, bar: Optional[bool] = None) -> Any:
        """Has the server measure every row: afterwards `where` knows `images.mean`, `.std`, `.min` and `.max`, and `unique` works.

        It reads the whole dataset, whatever the view, on each replica. Gives this dataset with its `statistics`; with
        `wait=False` the Job (of one server). Ctrl-C while waiting cancels it.
        """
        asked = {"kind": "profile", "dataset": self.name, "version": self.version, "arrays": list(self.reading(arrays).arrays)}
        return self._run(asked, self.reopened, self._transport.replicas_apart(), wait, bar)

    def materialize(self, name: str, arrays: ArrayNames = None, *, wait: bool = True, bar: Optional[bool] = None) -> Any:
        """Has the server write these rows, transformed as they are here, as a dataset of its own, and gives that.

        With `wait=False` the Job. Ctrl-C while waiting cancels it. Of several replicas the first one does the work and has the result.
        """
        reading = self.reading(arrays)
        asked = {
            "kind": "materialize", "dataset": self.name, "version": self.version, "view": self.expression, "name": name,
            "arrays": list(reading.arrays), "transform": dict(reading.transform),
        }  # fmt: skip
        server = self._transport.replicas_apart()[0]
        return self._run(asked, lambda: type(self).open(server, name), [server], wait, bar)  # type: ignore[attr-defined]

    def _run(self, asked: Any, finish: Callable[[], "Dataset"], servers: List[Transport], wait: bool, bar: Optional[bool]) -> Any:
        if not wait and len(servers) > 1:
            raise ValueError("wait=False is for one server; open the dataset with the URL of the one that is to work")
        for server in servers:
            job = Job.start(server, asked, finish)
            result: Any = run(job, bar) if wait else job
        return result

    @property
    def statistics(self) -> Dict[str, Any]:
        """What profiles found, by array: count, min, max, mean, std, channels, classes."""
        return {entry["name"]: entry["statistics"] for entry in self._detail["arrays"] if entry.get("statistics")}
