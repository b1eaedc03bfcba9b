"""The samples of what Windows servers print: ``tests/adapter/windows/printed/``."""

from __future__ import annotations

from pathlib import Path

PRINTED = Path(__file__).parents[2] / "adapter" / "windows" / "printed"


def printed(name: str) -> str:
    return (PRINTED / f"{name}.txt").read_text("utf-8")
