"""The datasets of a server."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping

from .datasets import Dataset
from .requests import Request
from .transport import Transport


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
        entries = ", ".join(f"{entry['name']} ({entry['rows']:,} rows)" for entry in self.summaries())
        return f"<microtome.Catalogue of {self._transport.replicas[0]}: {entries}>"

    def _repr_html_(self) -> str:
        from .html import render_catalogue

        return render_catalogue(self.summaries())

    def summaries(self) -> List[Dict[str, Any]]:
        """Name, version, rows, bytes and arrays of each dataset, as the server says them."""
        return list(self._transport.get_json(Request.get("/v1/datasets"))["datasets"])
