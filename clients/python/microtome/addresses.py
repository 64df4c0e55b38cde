"""Where servers are: URLs become replicas, and perhaps the name of a dataset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Sequence, Tuple, Union
from urllib.parse import quote, unquote, urlsplit

_DATASETS = "/v1/datasets"
_HOST = re.compile(r"[\w.:%-]+")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Replica:
    """One server. Replicas of the same files answer every request with the same bytes."""

    scheme: str
    host: str
    port: int
    prefix: str = ""
    """The path in front of `/v1`, where a proxy adds one."""

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.prefix}"


def parse_address(url: str) -> Tuple[Replica, Optional[str]]:
    """Splits `http://host:5080/v1/datasets/digits` into the server and the dataset; without the latter it is None.

    Raises ValueError for what is no address of a server; a key in the URL is refused, because URLs are logged.
    """
    parts = urlsplit(url if "://" in url else "http://" + url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise ValueError(f"{url!r} is no http(s) address of a server, such as http://localhost:5080")
    if parts.username or parts.password:
        raise ValueError("a key does not belong into a URL; pass it as key=")
    if parts.query or parts.fragment:
        raise ValueError(f"{url!r}: an address has neither query nor fragment")
    prefix, found, rest = parts.path.partition(_DATASETS)
    prefix = quote(unquote(prefix.rstrip("/")), safe="/")
    if not found and prefix.endswith("/v1"):
        prefix = prefix[: -len("/v1")]
    name = unquote(rest.strip("/")) if found else ""
    if "/" in name:
        raise ValueError(f"{url!r} goes beyond a dataset; open {_DATASETS}/NAME and index it")
    port = parts.port or _PORTS[parts.scheme]
    return Replica(parts.scheme, parts.hostname, port, prefix), name or None


def parse_addresses(urls: Union[str, Sequence[str]]) -> Tuple[Tuple[Replica, ...], Optional[str]]:
    """The same for a URL or a list of them: replicas must not name different datasets."""
    listed = [urls] if isinstance(urls, str) else list(urls)
    if not listed:
        raise ValueError("no address given")
    parsed = [parse_address(url) for url in listed]
    names = {name for _, name in parsed}
    if len(names) > 1:
        raise ValueError(f"the addresses name different datasets: {sorted(map(str, names))}")
    return tuple(replica for replica, _ in parsed), names.pop()
