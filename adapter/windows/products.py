"""The product of each base build, and the update that brings number matching to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from adapter.windows.builds import Build


@dataclass(frozen=True, slots=True)
class Product:
    """A version of Windows Server and its base build."""

    base: int
    name: str


@dataclass(frozen=True, slots=True)
class RequiredUpdate:
    """The first update with which the AD FS adapter shows a number; ``url`` is Microsoft's page."""

    product: str
    kb: str
    build: Build
    url: str


PRODUCTS: Final = {
    product.base: product
    for product in (
        Product(7601, "Windows Server 2008 R2"),
        Product(9200, "Windows Server 2012"),
        Product(9600, "Windows Server 2012 R2"),
        Product(14393, "Windows Server 2016"),
        Product(16299, "Windows Server, version 1709"),
        Product(17134, "Windows Server, version 1803"),
        Product(17763, "Windows Server 2019"),
        Product(18362, "Windows Server, version 1903"),
        Product(18363, "Windows Server, version 1909"),
        Product(19041, "Windows Server, version 2004"),
        Product(19042, "Windows Server, version 20H2"),
        Product(20348, "Windows Server 2022"),
        Product(25398, "Windows Server, version 23H2"),
        Product(26100, "Windows Server 2025"),
    )
}
"""Every known product by base build."""

_TOPIC = "https://support.microsoft.com/topic/"

NUMBER_MATCHING_SINCE: Final = {
    required.build.base: required
    for required in (
        RequiredUpdate(
            "Windows Server 2022",
            "KB5007205",
            Build(20348, 350),
            _TOPIC + "november-9-2021-kb5007205-os-build-20348-350-"
            "af102e6f-cc7c-4cd4-8dc2-8b08d73d2b31",
        ),
        RequiredUpdate(
            "Windows Server 2019",
            "KB5007206",
            Build(17763, 2300),
            _TOPIC + "november-9-2021-kb5007206-os-build-17763-2300-"
            "c63b76fa-a9b4-4685-b17c-7d866bb50e48",
        ),
        RequiredUpdate(
            "Windows Server 2016",
            "KB5006669",
            Build(14393, 4704),
            _TOPIC + "october-12-2021-kb5006669-os-build-14393-4704-"
            "bcc95546-0768-49ae-bec9-240cc59df384",
        ),
    )
}
"""Microsoft's table for the AD FS adapter ("How number matching works", 2024-11-27)."""

PREVIEWS_ONCE_LISTED: Final = {
    #      installed             KB
    20348: (Build(20348, 320), "KB5006745"),
    17763: (Build(17763, 2268), "KB5006744"),
}
"""Previews that the revision of 2022-07-18 of that document named instead of today's updates."""


def product_name(base: int) -> str | None:
    """Return the product of a base build, or None if it is not known."""
    product = PRODUCTS.get(base)
    return product.name if product else None
