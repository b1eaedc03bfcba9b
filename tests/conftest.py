"""What holds for all tests: the modules of fixtures, hypothesis without deadlines, Ctrl-C."""

from __future__ import annotations

import signal

from hypothesis import settings

pytest_plugins = [
    "support.clock",
    "support.adapters.mfa_node",
    "support.databases.fixtures",
    "support.phones.phone_host",
    "support.servers.engine_server",
    "support.servers.server_folder",
    "support.service_providers.saml_messages",
    "support.servers.sign_in_server",
    "support.servers.stored_server",
    "support.service_providers.logout_messages",
    "support.service_providers.metadata_publisher",
    "support.tools.threads",
]

settings.register_profile("any machine", deadline=None)  # a busy one is slow, and not wrong
settings.load_profile("any machine")


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start.

    A suite that a script runs in the background has it ignored, and so would its children.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
