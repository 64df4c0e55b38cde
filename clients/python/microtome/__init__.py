"""Thin slices of huge arrays over HTTP.

    import microtome

    ds = microtome.open("http://localhost:5080", "digits")
    ds["images"][10:20, :, ::2]
    for images, labels in ds.batches(256, seed=7, epochs=10):
        ...
"""

from .arrays import Array
from .batches import Batches
from .catalogue import Catalogue
from .datasets import Dataset
from .errors import (
    ApiError,
    BadAnswer,
    BadRequest,
    Conflict,
    GaveUp,
    JobCancelled,
    JobFailed,
    MicrotomeError,
    NeedsProfile,
    NotAcceptable,
    NotFound,
    NotServable,
    OutOfRange,
    PastEnd,
    ResumeError,
    ServerError,
    ShortBody,
    TooLarge,
    TransportError,
    Unauthorized,
    Unavailable,
    VersionChanged,
)
from .iteration import BatchIterator
from .jobs import Job
from .opening import open
from .rows import Batch, Rows
from .version import VERSION as __version__

__all__ = [
    "ApiError", "Array", "BadAnswer", "BadRequest", "Batch", "BatchIterator", "Batches", "Catalogue", "Conflict", "Dataset",
    "GaveUp", "Job", "JobCancelled", "JobFailed", "MicrotomeError", "NeedsProfile", "NotAcceptable", "NotFound", "NotServable", "OutOfRange", "PastEnd",
    "ResumeError", "Rows", "ServerError", "ShortBody", "TooLarge", "TransportError", "Unauthorized", "Unavailable",
    "VersionChanged", "__version__", "open",
]  # fmt: skip
