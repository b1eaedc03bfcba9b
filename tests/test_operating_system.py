"""Only ``idp.operating_system`` uses what differs between systems, in both ways."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.windows import system_names as names

from idp import operating_system

ROOT = Path(__file__).parents[1]
TABLES = (names.POSIX_NAMES, names.WINDOWS_NAMES, names.DIFFERENT_NAMES)
MODULES = names.POSIX_MODULES | names.WINDOWS_MODULES


def _is_bound(module: str, name: str) -> bool:
    return any(name in table.get(module, ()) for table in TABLES)


def _imports(node: ast.AST) -> Iterator[str]:
    """Yield what an import statement takes that one system lacks, or does otherwise."""
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names if each.name in MODULES)
    if isinstance(node, ast.ImportFrom) and node.module in MODULES:
        yield node.module
    if isinstance(node, ast.ImportFrom) and node.module:
        taken = (each.name for each in node.names)
        yield from (f"{node.module}.{name}" for name in taken if _is_bound(node.module, name))


def _uses(node: ast.AST) -> Iterator[str]:
    """Yield what an expression uses that one system lacks, or does otherwise."""
    if isinstance(node, ast.Attribute):
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if node.attr in names.DIFFERENT_ATTRIBUTES or _is_bound(owner, node.attr):
            yield f"{owner}.{node.attr}"
    if isinstance(node, ast.Call):
        yield from (each.arg for each in node.keywords if each.arg in names.POSIX_ARGUMENTS)
        match [ast.unparse(node.func), *node.args]:
            case [("getattr" | "hasattr"), ast.Name(owner), ast.Constant(str(name)), *_]:
                yield from [f"{owner}.{name}"] if _is_bound(owner, name) else []


def bound_to_a_system(source: str) -> set[str]:
    """Return what a source text uses that not every system has, or that differs."""
    nodes = list(ast.walk(ast.parse(source)))
    return {used for node in nodes for used in (*_imports(node), *_uses(node))}


def test_no_other_module_uses_what_differs_between_systems():
    files = [file for room in ("idp", "adapter") for file in (ROOT / room).rglob("*.py")]
    found = {
        str(file.relative_to(ROOT)): used
        for file in files
        if (used := bound_to_a_system(file.read_text(encoding="utf-8")))
    }

    assert set(found) == {"idp/operating_system.py"}, found


@pytest.mark.parametrize(
    "source",
    [
        "import fcntl",
        "from pwd import getpwuid",
        "from os import killpg",
        "os.getuid()",
        "signal.SIGHUP",
        "hasattr(signal, 'SIGHUP')",
        "subprocess.Popen(words, start_new_session=True)",
        "path.stat().st_mode",
        "os.replace(one, other)",
        "os.name",
    ],
)
def test_every_kind_of_use_is_found(source):
    assert bound_to_a_system(source)


def test_a_lock_keeps_another_descriptor_out_until_it_is_released(tmp_path):
    file = tmp_path / "lock"
    events: list[str] = []
    with file.open("w") as one, file.open("w") as other:

        def take() -> None:
            with operating_system.locked(other.fileno()):
                events.append("second")

        thread = threading.Thread(target=take)
        with operating_system.locked(one.fileno()):
            thread.start()
            events.append("first")
        thread.join()

    assert events == ["first", "second"]
