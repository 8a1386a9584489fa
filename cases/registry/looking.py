"""Beside the lookout of cases: whether the person of a case that is looked at may be in the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.registry.proposing import propose
from cases.registry.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from cases.identity.records import Record
    from store.unit_of_work import Store, UnitOfWork


class RegistryLookout:
    """The registry in the memory of the process that looks at cases; a ``cases.identity.lookout.Beside``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shelf = Shelf()

    def follow(self) -> None:
        """Take in what changed in the registry; one statement where nothing did."""
        with self._store.read() as unit:
            self._shelf.follow(unit)

    def compare(self, case_id: UUID, records: Sequence[Record]) -> Callable[[UnitOfWork], None]:
        """Find who in the registry may be the person of a case; what is returned keeps it as proposals."""
        found = self._shelf.alike(records)
        return lambda unit: propose(unit, case_id, found)

    def forget(self) -> None:
        """Forget everybody."""
        self._shelf.forget()
