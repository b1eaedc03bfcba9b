"""Brings what the tests need beside Python packages, before they start.

Without arguments: a browser, published clients of AD FS, SAML libraries, and what the example
projects need. With arguments: these Debian packages.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from support.browsers.chromium import find_chromium
from support.clients import amazon_drivers, aws_adfs, node_saml
from support.conformance import libraries
from support.containers import parts
from support.examples import projects
from support.tools.node_modules import ready_modules
from support.tools.toolbox import ToolMissing, apt_install, can_use_apt, is_installed


def bring_debian_packages(packages: Sequence[str]) -> None:
    """Install what is not here; as an ordinary user say what to install."""
    missing = [package for package in packages if not is_installed(package)]
    if missing and not can_use_apt():
        raise ToolMissing(f"As root run: apt-get install {' '.join(missing)}")
    if missing:
        apt_install(*missing)


def main(packages: Sequence[str]) -> None:
    """Bring everything, or end with what is missing and how to bring it."""
    try:
        if packages:
            bring_debian_packages(packages)
            parts.ready_base()
            parts.ready_wheels()
        else:
            find_chromium()
            aws_adfs.ready_command()
            amazon_drivers.ready_python()
            libraries.ready_python()
            projects.ready_python()
            ready_modules(amazon_drivers.NODE_PACKAGE)
            ready_modules(node_saml.HERE)
            ready_modules(projects.NODE_PROJECT)
    except ToolMissing as failure:
        raise SystemExit(str(failure)) from None


if __name__ == "__main__":
    main(sys.argv[1:])
