"""Checks that names in roles like ``:class:`` exist; it reads syntax trees and imports nothing."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache

from checks.tree import Tree, module_name

_ROLE = re.compile(r":(class|func|mod|meth|data|attr|exc|const|obj):`([^`]+)`")

Scope = ast.Module | ast.ClassDef

OF_CLASSES = ("meth", "attr")
"""Roles whose target may be a member of the class that the docstring is in."""


def check_roles(tree: Tree, file: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield roles whose target does not exist."""
    if not file.endswith(".py"):
        return
    module = module_name(file)
    for match in _ROLE.finditer(text):
        target = _target(match[2])
        line = text.count("\n", 0, match.start()) + 1
        if not _exists(tree, module, line, match[1], target):
            yield match.start(), f"there is no {target} (:{match[1]}:)"


def _target(role_text: str) -> str:
    """Return the name in ``name``, ``~name``, ``name()`` or ``text <name>``."""
    inner = re.search(r"<([^>]+)>$", role_text)
    name = "".join((inner[1] if inner else role_text).split())
    return name.lstrip("~.!").removesuffix("()")


def _exists(tree: Tree, module: str, line: int, role: str, target: str) -> bool:
    if target in tree.modules or target in tree.packages:
        return True
    names = target.split(".")
    owner = tree.owner_of(target)
    if owner is not None:
        inside = target.removeprefix(f"{owner}.").split(".")
        return role != "mod" and _has(tree, tree.modules.get(owner), inside)
    if names[0] in tree.external_names and ("." in target or role == "mod"):
        return True  # of another project: it is not looked into
    here = tree.modules[module]
    around = _classes_around(here, line) if role in OF_CLASSES else []
    return hasattr(builtins, names[0]) or any(_has(tree, scope, names) for scope in (here, *around))


def _classes_around(module: ast.Module, line: int) -> list[ast.ClassDef]:
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]


def _has(tree: Tree, scope: Scope | None, names: list[str]) -> bool:
    """Return whether *scope* defines the first name, that defines the next one, and so on."""
    if scope is None:
        return False
    first, *rest = names
    if first in definitions(scope):
        inner = definitions(scope)[first]
        return not rest or not isinstance(inner, ast.ClassDef) or _has(tree, inner, rest)
    bases = scope.bases if isinstance(scope, ast.ClassDef) else []
    return any(_inherits(tree, base, names) for base in bases)


def _inherits(tree: Tree, base: ast.expr, names: list[str]) -> bool:
    """Return whether a base class has the names; one of another project may have them."""
    name = ast.unparse(base).partition("[")[0].rpartition(".")[2]
    found = tree.classes.get(name)
    return found is None or any(_has(tree, each, names) for each in found)


@cache
def definitions(scope: Scope) -> dict[str, ast.AST]:
    """Return the names that a module or class defines, or imports, with the node of each."""
    names: dict[str, ast.AST] = {}
    for node in _statements(scope.body):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names[node.name] = node
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {each.asname or each.name.partition(".")[0]: node for each in aliases}
            case ast.Assign() | ast.AnnAssign():
                names |= dict.fromkeys(_stored_names(node), node)
    if isinstance(scope, ast.ClassDef):
        names |= {name: node for node in ast.walk(scope) for name in _attributes_of_self(node)}
    return names


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a scope, also those in ``if``, ``try``, ``with`` and loops."""
    for statement in body:
        yield statement
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for field in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, field, []))
            for handler in getattr(statement, "handlers", []):
                yield from _statements(handler.body)


def _stored_names(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id


def _attributes_of_self(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
            yield name
