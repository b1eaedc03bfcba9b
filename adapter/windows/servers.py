"""Describes a server by its build alone: product, required update, installed update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from adapter.sentences import sentence
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
    """A build and everything the tables say about it; ``warnings`` are for administrators.

    ``product`` and ``required`` are None if the tables do not have them. ``installed`` is the
    newest catalogued update that the build includes.
    """

    build: Build
    product: str | None
    required: RequiredUpdate | None
    installed: CatalogueUpdate | None
    warnings: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether the catalogue has an update with exactly this build."""
        return self.installed is not None and self.installed.build == self.build


@lru_cache(maxsize=1024)
def describe(build: Build) -> Server:
    """Look a build up in the tables. An unknown build gets a warning, never an error."""
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
        yield sentence(
            "No Windows Server with the base build {base} is known here: check it.", base=build.base
        )
    elif _between_updates(build):
        yield sentence(
            "No published update of {product} has the build {build}: check it.",
            product=product,
            build=build,
        )
    yield from _preview_warning(build)


def _between_updates(build: Build) -> bool:
    """Say whether the catalogue has updates before and after this build, but not this one.

    Builds newer than the catalogue are normal, and installation media are older than its first.
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
            sentence(
                "The preview {kb} ({preview}) is installed. An earlier revision of "
                "Microsoft's documentation listed it as enough; today's asks for {kb2} "
                "({build}). Install any later update.",
                kb=kb,
                preview=preview,
                kb2=required.kb,
                build=required.build,
            )
        )
