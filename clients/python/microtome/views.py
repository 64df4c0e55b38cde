"""Views as text: each way to narrow the rows of a dataset is an operation of the server's language, so that a URL says everything.

Nothing here asks a server. What is plainly wrong (parts that do not sum to 1, a step of 0) is a ValueError at once; the rest the
server checks, with its place in the text.
"""

from __future__ import annotations

import operator
import re
from typing import List, Optional, Tuple

ALL = "all"

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*")
_KEYWORDS = ("and", "or", "not", "in", "true", "false")
_VIEW_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SLACK = 1e-6  # Thirds may be written as 0.3333333, as on the server.


def join(view: str, operations: str) -> str:
    """Operations on the rows that a view has left."""
    return operations if view == ALL else f"{view}|{operations}"


def leading_name(text: str) -> Tuple[Optional[str], str]:
    """The view's name that a text begins with, if it does, and the operations behind it."""
    first, _, rest = text.partition("|")
    name = first.strip()
    return (name, rest.strip()) if _VIEW_NAME.fullmatch(name) else (None, text.strip())


def quote(array: str) -> str:
    """An array's name within an expression."""
    return array if _PLAIN.fullmatch(array) and array.lower() not in _KEYWORDS else '"' + array.replace('"', '""') + '"'


def slice_of(rows: slice) -> str:
    step = 1 if rows.step is None else operator.index(rows.step)
    if step < 1:
        raise ValueError("a view keeps the order of its rows: a slice's step is at least 1")
    parts = ["" if part is None else str(operator.index(part)) for part in (rows.start, rows.stop)]
    return f"slice({':'.join(parts)}{'' if step == 1 else f':{step}'})"


def splits(parts: Tuple[float, ...], by: Optional[str], seed: int) -> List[str]:
    """One operation a part. Raises ValueError unless the parts, each from 0 to 1, sum to 1."""
    shares = [float(part) for part in parts]
    if not shares or min(shares) < 0 or abs(sum(shares) - 1) > _SLACK:
        raise ValueError(f"the parts sum to {sum(shares):g}; they must sum to 1, as in split(0.7, 0.15, 0.15)")
    text = ":".join(map(_decimal, shares))
    return [_call("split", by, seed, before=f"parts={text}", after=f"take={take}") for take in range(len(shares))]


def folds(count: int, by: Optional[str], seed: int) -> List[Tuple[str, str]]:
    """(train, test) of each fold."""
    count = operator.index(count)
    if count < 2:
        raise ValueError("there are at least 2 folds")
    return [
        (
            _call("kfold", by, seed, before=f"k={count}", after=f"fold={fold},take=train"),
            _call("kfold", by, seed, before=f"k={count}", after=f"fold={fold},take=test"),
        )
        for fold in range(count)
    ]


def where(condition: str) -> str:
    if not condition.strip():
        raise ValueError("a condition is text such as \"labels == 1 and images.mean > 10\"")
    return f"where({condition.strip()})"


def sample(count: int, by: Optional[str], seed: int) -> str:
    return _call("sample", by, seed, before=f"n={operator.index(count)}")


def unique(array: str) -> str:
    return f"unique({quote(array)})"


def _call(name: str, by: Optional[str], seed: int, before: str, after: str = "") -> str:
    arguments = [before, f"by={quote(by)}" if by is not None else "", f"seed={operator.index(seed)}", after]
    return f"{name}({','.join(filter(None, arguments))})"


def _decimal(share: float) -> str:
    """Without an exponent, and exactly what was written: 0.15, not 0.1499999…"""
    text = repr(share)
    return f"{share:.15f}" if "e" in text else text
