"""The error for metadata that cannot be used for a trust."""

from __future__ import annotations

from adapter.errors import TallystickError


class BadMetadata(TallystickError):
    """Raised for metadata that cannot be used; ``faults`` are all that is wrong, as sentences."""

    code = "bad_metadata"

    def __init__(self, *faults: str) -> None:
        super().__init__(
            f"The metadata cannot be used: {'; '.join(faults)}",
            "Ask the service provider for correct SAML 2.0 metadata",
        )
        self.faults = faults
