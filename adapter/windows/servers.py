"""What is known of a server from its build alone: product, required update, installed update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from adapter.windows.builds import Build
from adapter.windows.catalogue import CatalogueUpdate, installed_update, updates_of
from adapter.windows.products import (
    NUMBER_MATCHING_SINCE,
    PREVIEWS_ONCE_LISTED,
    RequiredUpdate,
    product_name,
)


@dataclass(frozen=True, slots=True)
class Server:
    """The facts about a build; ``warnings`` are sentences for administrators.

    ``installed`` is the newest catalogued update the build holds; ``exact`` says that it has
    precisely this build.
    """

    build: Build
    product: str | None
    required: RequiredUpdate | None
    installed: CatalogueUpdate | None
    warnings: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether the catalogue holds this very build."""
        return self.installed is not None and self.installed.build == self.build


@lru_cache(maxsize=1024)
def describe(build: Build) -> Server:
    """Look a build up in the tables. Unknown builds have a warning, never an error."""
    return Server(
        build=build,
        product=product_name(build.base),
        required=NUMBER_MATCHING_SINCE.get(build.base),
        installed=installed_update(build),
        warnings=tuple(_warnings(build)),
    )


def _warnings(build: Build) -> Iterator[str]:
    product = product_name(build.base)
    if product is None:
        yield f"No Windows Server with the base build {build.base} is known here: check it."
    elif _between_updates(build):
        yield f"No published update of {product} has the build {build}: check it."
    yield from _preview_warning(build)


def _between_updates(build: Build) -> bool:
    """Whether updates before and after this build are known, but not itself.

    Later than the catalogue is normal, and before its first update come installation media.
    """
    revisions = [update.build.revision for update in updates_of(build.base)]
    return (
        bool(revisions)
        and revisions[0] < build.revision < revisions[-1]
        and build.revision not in revisions
    )


def _preview_warning(build: Build) -> Iterator[str]:
    preview, kb = PREVIEWS_ONCE_LISTED.get(build.base, (None, ""))
    required = NUMBER_MATCHING_SINCE.get(build.base)
    if preview and required and build.includes(preview) and not build.includes(required.build):
        yield (
            f"The preview {kb} ({preview}) is installed. An earlier revision of Microsoft's "
            f"documentation listed it as enough; today's asks for {required.kb} "
            f"({required.build}). Install any later update."
        )
