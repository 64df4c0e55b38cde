"""The ways to narrow a dataset to some of its rows, and to change what comes of them."""

from __future__ import annotations

from typing import List, Optional, Tuple, TypeVar

from . import views

Self = TypeVar("Self", bound="Narrowing")


class Narrowing:
    """Each method gives the same kind of object, with fewer rows in the same order; nothing is read and nothing is stored.

    `by` names an array of classes, one element a row: every class is then divided in the same proportions.
    """

    def narrowed(self: Self, operation: str) -> Self:
        raise NotImplementedError

    def slice(self: Self, *bounds: Optional[int]) -> Self:
        """`slice(stop)`, `slice(start, stop)` or `slice(start, stop, step)`, as Python's own; the step is at least 1."""
        return self.narrowed(views.slice_of(slice(*bounds)))

    def split(self: Self, *parts: float, by: Optional[str] = None, seed: int = 0) -> Tuple[Self, ...]:
        """Shuffled parts that share no row and leave none out: `train, val, test = ds.split(0.7, 0.15, 0.15, by="labels", seed=7)`."""
        return tuple(self.narrowed(operation) for operation in views.splits(parts, by, seed))

    def kfold(self: Self, k: int, *, by: Optional[str] = None, seed: int = 0) -> List[Tuple[Self, Self]]:
        """`for train, test in ds.kfold(5, by="labels")`: each row is in one test part, and in all other train parts."""
        return [(self.narrowed(train), self.narrowed(test)) for train, test in views.folds(k, by, seed)]

    def where(self: Self, condition: str) -> Self:
        """The rows of which a condition holds: `ds.where("labels in (1, 7) and images.mean > 10")`.

        `== != < <= > >=`, `in`, `and`, `or`, `not` and parentheses, over arrays with one element a row, text in single quotes;
        after `profile` also over `images.mean`, `.std`, `.min` and `.max`.
        """
        return self.narrowed(views.where(condition))

    def sample(self: Self, n: int, *, by: Optional[str] = None, seed: int = 0) -> Self:
        """n rows by chance."""
        return self.narrowed(views.sample(n, by, seed))

    def unique(self: Self, array: str) -> Self:
        """Without exact duplicates: of rows that are equal in this array the first stays."""
        return self.narrowed(views.unique(array))


