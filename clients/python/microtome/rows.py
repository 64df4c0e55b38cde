"""What a gather or a batch delivers: a tuple of arrays that also knows their names."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Tuple

import numpy as np


class Rows(tuple):  # type: ignore[type-arg]
    """Arrays that share their rows: `x, y = rows`, `rows[0]`, `rows["x"]`."""

    names: Tuple[str, ...]

    def __new__(cls, names: Iterable[str], arrays: Iterable[np.ndarray]) -> "Rows":
        rows = super().__new__(cls, tuple(arrays))  # type: ignore[arg-type]
        rows.names = tuple(names)
        return rows

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self._place(key) if isinstance(key, str) else key)

    def asdict(self) -> Dict[str, np.ndarray]:
        return dict(zip(self.names, self))

    def __reduce__(self) -> Any:
        return type(self), (self.names, tuple(self))

    def __repr__(self) -> str:
        parts = (f"{name}: {array.dtype} {array.shape}" for name, array in zip(self.names, self))
        return f"{type(self).__name__}({', '.join(parts)})"

    def _place(self, name: str) -> int:
        try:
            return self.names.index(name)
        except ValueError:
            raise KeyError(f"{name!r} is not among {list(self.names)}") from None


class Batch(Rows):
    """The rows of one step (a rank's slice of them)."""

    epoch: int
    step: int

    @staticmethod
    def of(epoch: int, step: int, names: Iterable[str], arrays: Iterable[np.ndarray]) -> "Batch":
        batch = Batch(names, arrays)
        batch.epoch = epoch
        batch.step = step
        return batch  # type: ignore[return-value]

    def __reduce__(self) -> Any:
        return Batch.of, (self.epoch, self.step, self.names, tuple(self))
