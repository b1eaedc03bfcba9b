"""Finds calls in tests of functions, arguments and attributes that do not exist.

mypy reads the tests for these faults alone: they say no types, and a test that uses an argument
that was renamed would else be found only when it runs. Prints mypy's lines, and exits with its
status.
"""

from __future__ import annotations

import sys

from mypy import api
from mypy.errorcodes import error_codes

FAULTS = {"syntax", "name-defined", "attr-defined", "call-arg"}
"""The codes of mypy that are asked for: a later mypy may know more, which stay unasked."""


def main() -> int:
    """Read the tests; return mypy's exit status."""
    others = [f"--disable-error-code={code}" for code in sorted(set(error_codes) - FAULTS)]
    told, failed, status = api.run(["--config-file", "checks/tests.ini", *others])
    sys.stderr.write(told + failed)
    return status


if __name__ == "__main__":
    sys.exit(main())
