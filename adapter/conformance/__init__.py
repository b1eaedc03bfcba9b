"""The conformance kit: checks that an adapter keeps the contract (docs/adapters.md).

``assert check(MyAdapter) == []`` in a test, or ``tallystick adapters check`` (``idp/cli``).

``kit.py`` runs everything, read it first. ``loading.py`` checks an adapter until it is loaded,
``sign_in.py`` plays the host for one sign-in, ``page.py`` and ``markup.py`` check its pages, and
``rules.py`` has every rule with its sentence and its remedy. ``memory_store.py`` is a shared store,
and ``memory_places.py`` has waiting places, for tests.
"""

from adapter.conformance.kit import check
from adapter.conformance.memory_places import MemoryPlaces
from adapter.conformance.memory_store import MemoryStore
from adapter.conformance.rules import RULES, Finding

__all__ = ["RULES", "Finding", "MemoryPlaces", "MemoryStore", "check"]
