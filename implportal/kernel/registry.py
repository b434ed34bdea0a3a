"""A typed list that lower apps declare and higher apps fill at start-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class HasKey(Protocol):
    @property
    def key(self) -> str: ...


Item = TypeVar("Item", bound=HasKey)


class Registry(Generic[Item]):
    """Items by their ``key``, in the order in which they were registered."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._items: dict[str, Item] = {}

    def register(self, item: Item) -> Item:
        """Keep ``item`` and return it.

        Raises:
            ValueError: the key is taken by another item.
        """
        if self._items.get(item.key, item) != item:
            raise ValueError(f"{self.what} {item.key!r} is registered twice")
        self._items[item.key] = item
        return item

    def replace(self, item: Item) -> None:
        """Put ``item`` in the place of the one with its key; KeyError where there is none."""
        if item.key not in self._items:
            raise KeyError(item.key)
        self._items[item.key] = item

    def __getitem__(self, key: str) -> Item:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)
