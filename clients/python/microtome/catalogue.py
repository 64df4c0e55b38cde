"""The datasets of a server."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Optional

from .datasets import Dataset
from .errors import MicrotomeError
from .jobs import Job
from .requests import Request, dataset_path
from .transport import Transport

_REPR_SECONDS = 2.0


class Catalogue(Mapping[str, Dataset]):
    """What a server serves, by name; asked anew each time. Indexing opens a dataset."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __getitem__(self, name: str) -> Dataset:
        return Dataset.open(self._transport, name)

    def __iter__(self) -> Iterator[str]:
        return (entry["name"] for entry in self.summaries())

    def __len__(self) -> int:
        return len(self.summaries())

    def __contains__(self, name: object) -> bool:
        return any(entry["name"] == name for entry in self.summaries())

    def __repr__(self) -> str:
        try:
            entries = ", ".join(f"{entry['name']} ({entry['rows']:,} rows)" for entry in self._hasty_summaries())
        except MicrotomeError as error:
            entries = str(error)
        return f"<microtome.Catalogue of {self._transport.replicas[0]}: {entries}>"

    def _repr_html_(self) -> Optional[str]:
        from .html import render_catalogue

        try:
            return render_catalogue(self._hasty_summaries())
        except MicrotomeError:
            return None  # The notebook shows the other repr, which says why.

    def summaries(self) -> List[Dict[str, Any]]:
        """Name, version, rows, bytes and arrays of each dataset, as the server says them."""
        return _ask(self._transport)

    def jobs(self) -> List[Job[Dataset]]:
        """The profiles and materializes of the server, the oldest first; `wait` gives the dataset that each was for or has made."""
        return Job.listed(self._transport, lambda said: self[said.get("name") or said["dataset"]])

    def delete(self, name: str) -> None:
        """Removes a dataset that `materialize` has made; the server refuses any other."""
        self._transport.send(Request.delete(dataset_path(name)))

    def _hasty_summaries(self) -> List[Dict[str, Any]]:
        return _ask(self._transport.hasty(_REPR_SECONDS))


def _ask(transport: Transport) -> List[Dict[str, Any]]:
    return list(transport.get_json(Request.get("/v1/datasets"))["datasets"])
