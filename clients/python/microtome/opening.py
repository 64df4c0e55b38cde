"""From a URL to a dataset."""

from __future__ import annotations

import os
from typing import Optional, Sequence, Union, overload

from .addresses import parse_addresses
from .catalogue import Catalogue
from .datasets import Dataset
from .errors import VersionChanged
from .transport import Transport

KEY_VARIABLE = "MICROTOME_API_KEY"


@overload
def open(
    urls: Union[str, Sequence[str]],
    dataset: str,
    *,
    key: Optional[str] = None,
    timeout: float = 60.0,
    give_up_after: float = 120.0,
    version: Optional[str] = None,
) -> Dataset: ...


@overload
def open(
    urls: Union[str, Sequence[str]],
    dataset: None = None,
    *,
    key: Optional[str] = None,
    timeout: float = 60.0,
    give_up_after: float = 120.0,
    version: Optional[str] = None,
) -> Union[Dataset, Catalogue]: ...


def open(
    urls: Union[str, Sequence[str]],
    dataset: Optional[str] = None,
    *,
    key: Optional[str] = None,
    timeout: float = 60.0,
    give_up_after: float = 120.0,
    version: Optional[str] = None,
) -> Union[Dataset, Catalogue]:
    """Opens a dataset, or the catalogue of a server.

    `urls`: a server (`http://localhost:5080`) or a dataset of it (`…/v1/datasets/digits`); a list of them means replicas of the
    same files, of which any may fail. `dataset`: its name, where the URL does not say it. `key`: the API key, else what the
    variable MICROTOME_API_KEY holds. `timeout`: the longest silence of a server, `give_up_after`: the longest time without an
    answer of any, both in seconds. `version`: the content that is wanted; VersionChanged where another one is served.
    """
    replicas, named = parse_addresses(urls)
    if named is not None and dataset is not None and named != dataset:
        raise ValueError(f"the URL names the dataset {named}, not {dataset}")
    name = dataset or named
    said = (key or os.environ.get(KEY_VARIABLE) or "").strip()  # Keys are read from files, which end with a newline.
    transport = Transport(replicas, said or None, timeout, give_up_after)
    if name is None:
        if version is not None:
            raise ValueError("a version belongs to a dataset: name it, too")
        return Catalogue(transport)
    opened = Dataset.open(transport, name)
    if version is not None and opened.version != version:
        raise VersionChanged(f"{name} is served in version {opened.version}, not {version}", 409, "version_changed", {"version": opened.version})
    return opened
