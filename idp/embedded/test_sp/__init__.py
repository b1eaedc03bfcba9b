"""A service provider to test with: it asks in every way and shows the assertion it got.

pysaml2 asks and judges, with its cryptography done in this process; what is shown is read anew.
"""

from idp.embedded.test_sp.provider import ENTITY_ID, Provider
from idp.embedded.test_sp.received import Received, read_response
from idp.embedded.test_sp.requesting import Wish
from idp.embedded.test_sp.web import create_app

__all__ = [
    "ENTITY_ID",
    "Provider",
    "Received",
    "Wish",
    "create_app",
    "read_response",
]
