"""``tallystick phone`` as a test runs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from idp.cli import main


@dataclass(frozen=True)
class Terminal:
    """Runs ``tallystick phone``; the file of the phone comes from the environment."""

    file: Path

    def __call__(self, *words: str, file: bool = True) -> Result:
        environment = {"TALLYSTICK_PHONE": str(self.file) if file else None}
        return CliRunner().invoke(main, ["phone", *words], env=environment)


def failed(result: Result, code: str) -> None:
    """Assert exit status 1 and one line on standard error that ends with this code."""
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("tallystick: ")
    assert result.stderr.endswith(f"[{code}]\n")
    assert result.stderr.count("\n") == 1
