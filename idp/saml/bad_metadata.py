"""The refusal of metadata that no trust can be made of."""

from __future__ import annotations

from adapter.errors import TallystickError


class BadMetadata(TallystickError):
    """Metadata that no trust can be made of; ``faults`` are all that were found, as sentences."""

    code = "bad_metadata"

    def __init__(self, *faults: str) -> None:
        super().__init__(
            f"The metadata cannot be used: {'; '.join(faults)}",
            "Ask the service provider for correct SAML 2.0 metadata",
        )
        self.faults = faults
