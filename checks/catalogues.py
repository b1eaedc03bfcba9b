"""Checks that the catalogues of our pages have every text, and none that is gone.

Run it in the root of the tree: ``python -m checks.catalogues``. It prints what is missing or left
over and exits with 1 if there is anything. With ``--update`` it writes the ``.po`` files anew; new
texts are then empty, to be translated.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from checks.unmarked_texts import unmarked_texts

LANGUAGES = ("de", "fr", "es", "ja")

Text = str | tuple[str, ...]


@dataclass(frozen=True)
class Domain:
    """The texts of one package: its templates, and constants that its pages show translated.

    ``templates`` are folders, and single files that another domain's folder has.
    ``constants`` are names of module-level constants by file: a text, or a table of texts.
    ``marking`` are folders of modules that mark each such text by ``mark("…")``, ``saying`` those
    whose modules say ``sentence("…")`` and ``counted("…", "…", n)``. A text that the domain
    ``fallback`` has is looked up there. The templates of ``is_whole`` domains are searched for
    texts that are not marked. ``anew`` are texts that another domain has, too, and this one
    translates in its own way.
    """

    name: str
    folder: str
    templates: tuple[str, ...]
    constants: dict[str, tuple[str, ...]]
    marking: tuple[str, ...] = ()
    saying: tuple[str, ...] = ()
    fallback: str = ""
    is_whole: bool = False
    anew: tuple[str, ...] = ()


DOMAINS = (
    Domain(
        "tallystick",
        "idp/locale",
        templates=(
            "idp/account/templates", "idp/authenticator/templates", "idp/signin/templates",
            "idp/web/templates",
        ),
        marking=("idp/account", "idp/authenticator"),
        fallback="adapter",
        constants={
            "idp/authenticator/installable.py": ("DESCRIPTION",),
            "idp/authenticator/phone_texts.py": (
                "TEXTS", "OUTCOMES", "REFUSED_TITLES", "PROBLEMS", "OTHERWISE",
            ),
            "idp/authenticator/replies.py": ("REFUSALS",),
            "idp/notices/occasions.py": ("OCCASIONS", "UNKNOWN", "DEVICES", "ANY_DEVICE"),
            "idp/signin/pages.py": (
                "WRONG_PASSWORD", "MUST_CHANGE_PASSWORD", "NEW_PASSWORD", "OUTCOMES",
                "PASSKEY_REFUSED", "PASSKEY_NOT_ACCEPTED", "MUST_USE_PASSWORD", "ONLY_PASSKEY",
            ),
            "idp/signin/ways_on.py": ("TO_APPLICATION", "TO_LIST", "TO_REGISTER"),
            "idp/signin/error_texts.py": (
                "START_AGAIN", "NO_ACCESS", "NO_SUCH_APPLICATION", "NOT_ACCEPTED",
                "NO_SECOND_FACTOR", "SECOND_FACTOR_FAILED", "TRY_LATER", "OUR_FAULT", "LOOP",
                "NOTHING_HERE", "OTHER_SITE", "LOG_OUT_ELSEWHERE",
            ),
            "idp/web/error_page.py": ("NAMES", "SENTENCES", "OTHERWISE", "OUR_FAULT"),
            "idp/web/edge.py": ("COOKIE_TWICE",),
            "idp/web/own_host.py": ("NAME", "THIS_SERVER", "ACTIVITY_ID"),
        },
    ),
    Domain(
        "admin",
        "idp/admin/locale",
        templates=("idp/admin/templates", "idp/web/templates/connect_parts.html"),
        marking=("idp/admin",),
        saying=("adapter", "idp"),
        fallback="tallystick",
        constants={},
        is_whole=True,
        anew=("enabled",),
    ),
    Domain(
        "adapter",
        "adapter/locale",
        templates=(),
        constants={
            "adapter/entra_mfa/broker.py": ("BACK_TO_REQUEST",),
            "adapter/entra_mfa/page.py": (
                "NAME", "DESCRIPTION", "TITLE", "WAITING", "OFFLINE", "ANSWERED", "TIME",
                "SECONDS_LEFT", "SPOKEN_NUMBER", "NEW_REQUEST", "TRY_AGAIN", "USE_CODE", "USE_APP",
                "CODE_LABEL", "CODE_PLACEHOLDER", "SIGN_IN", "OTHERWISE",
                "INSTRUCTIONS", "ERRORS",
            ),
            "adapter/mfa_server/page.py": (
                "NAME", "DESCRIPTION", "TITLE", "WAITING", "CONTINUE", "NEW_REQUEST", "TRY_AGAIN",
                "INSTRUCTIONS", "ERRORS",
            ),
        },
    ),
)  # fmt: skip


def texts_of(root: Path, domain: Domain) -> dict[Text, list[tuple[str, int]]]:
    """Return every text of a domain with the places where it stands."""
    found: dict[Text, list[tuple[str, int]]] = {}
    extracted = chain(
        _of_templates(root, domain), _of_constants(root, domain),
        _of_calls(root, domain.marking, _marked), _of_calls(root, domain.saying, _said),
    )  # fmt: skip
    for file, line, text in extracted:
        found.setdefault(text, []).append((file, line))
    elsewhere = {text for each in _fallbacks(domain) for text in texts_of(root, each)}
    elsewhere.difference_update(domain.anew)
    return {text: places for text, places in found.items() if text not in elsewhere}


def _fallbacks(domain: Domain) -> Iterator[Domain]:
    """Yield the domains that have what *domain* does not have, the nearest first."""
    for each in DOMAINS:
        if each.name == domain.fallback:
            yield each
            yield from _fallbacks(each)


def templates_of(root: Path, domain: Domain) -> Iterator[Path]:
    """Yield the templates of a domain: those in its folders, but none that another one names."""
    named = {root / place for each in DOMAINS if each is not domain for place in each.templates}
    for place in domain.templates:
        path = root / place
        yield from sorted({path} if path.is_file() else set(path.rglob("*.html")) - named)


def _of_templates(root: Path, domain: Domain) -> Iterator[tuple[str, int, Text]]:
    options = {"trimmed": "true", "newstyle_gettext": "true"}
    for path in templates_of(root, domain):
        for line, text, *_ in extract_from_file("jinja2", path, options=options):
            yield path.relative_to(root).as_posix(), line, text


def _of_constants(root: Path, domain: Domain) -> Iterator[tuple[str, int, Text]]:
    for file, names in domain.constants.items():
        module = ast.parse((root / file).read_text(encoding="utf-8"))
        values = {name: node for node in module.body for name in _assigned(node)}
        for name in names:
            if name not in values:
                raise LookupError(f"{file} has no {name}")
            yield from ((file, line, text) for line, text in _texts_in(values[name].value))


def _of_calls(
    root: Path, folders: tuple[str, ...], read: Callable[[ast.AST], Text | None]
) -> Iterator[tuple[str, int, Text]]:
    """Yield the text of each call in the modules of *folders* that *read* finds a text in."""
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (text := read(node)):
                yield path.relative_to(root).as_posix(), node.lineno, text


def _marked(node: ast.AST) -> Text | None:
    match node:
        case ast.Call(func=ast.Name("mark" | "gettext"), args=[ast.Constant(value=str(text))]):
            return text
    return None


def _said(node: ast.AST) -> Text | None:
    match node:
        case ast.Call(func=ast.Name("sentence"), args=[ast.Constant(value=str(text))]):
            return text
        case ast.Call(
            func=ast.Name("counted"),
            args=[ast.Constant(value=str(one)), ast.Constant(value=str(more)), _],
        ):
            return one, more
        case ast.Call(func=ast.Name("sentence" | "counted" as name)):
            raise LookupError(f"{name} needs a literal text: {ast.unparse(node)}")
    return None


def _assigned(node: ast.stmt) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    yield from (each.id for each in targets if isinstance(each, ast.Name))


def _texts_in(value: ast.expr) -> Iterator[tuple[int, str]]:
    """Yield the texts of a constant: itself, or the values of a table."""
    match value:
        case ast.Constant(value=str(text)):
            yield value.lineno, text
        case ast.Dict(values=values):
            for each in values:
                yield from _texts_in(each)


def read(root: Path, domain: Domain, language: str) -> Catalog:
    """Return the catalogue of one language, an empty one if there is no file yet."""
    file = path_of(root, domain, language)
    if not file.exists():
        return Catalog(locale=language, domain=domain.name, charset="utf-8", fuzzy=False)
    with file.open("rb") as source:
        return read_po(source, locale=language, domain=domain.name)


def path_of(root: Path, domain: Domain, language: str) -> Path:
    """Return the file of one language."""
    return root / domain.folder / language / "LC_MESSAGES" / f"{domain.name}.po"


def find(root: Path) -> Iterator[str]:
    """Yield what is wrong: texts without a translation, and translations of texts that are gone."""
    for domain in DOMAINS:
        wanted = set(texts_of(root, domain))
        for language in LANGUAGES:
            file = path_of(root, domain, language).relative_to(root)
            there = {each.id: each for each in read(root, domain, language) if each.id}
            ready = {text for text, each in there.items() if each.string and not each.fuzzy}
            yield from (f"{file}: no translation of {text!r}" for text in _sorted(wanted - ready))
            yield from (f"{file}: left over: {text!r}" for text in _sorted(set(there) - wanted))
        if domain.is_whole:
            yield from unmarked_texts(root, templates_of(root, domain))


def update(root: Path) -> None:
    """Write all catalogues anew, with the translations that there are."""
    for domain in DOMAINS:
        texts = texts_of(root, domain)
        for language in LANGUAGES:
            before = {each.id: each.string for each in read(root, domain, language) if each.id}
            after = Catalog(
                locale=language, domain=domain.name, charset="utf-8", fuzzy=False,
                header_comment="", creation_date=None,
            )  # fmt: skip
            for text in _sorted(texts):
                places = [(file, None) for file in sorted({file for file, _ in texts[text]})]
                after.add(text, before.get(text, ""), locations=places)
            file = path_of(root, domain, language)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as target:
                write_po(target, after, width=100, omit_header=False, include_lineno=False)
            _tidy_header(file, after)


def _tidy_header(file: Path, catalogue: Catalog) -> None:
    """Keep of the header what readers need: it must not change from day to day."""
    _header, _, rest = file.read_text(encoding="utf-8").partition("\n\n")
    lines = (
        'msgid ""', 'msgstr ""', f'"Language: {catalogue.locale_identifier}\\n"',
        f'"Plural-Forms: {catalogue.plural_forms}\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"', '"Content-Transfer-Encoding: 8bit\\n"',
    )  # fmt: skip
    file.write_text("\n".join(lines) + "\n\n" + rest, encoding="utf-8")


def _sorted(texts: object) -> list[Text]:
    return sorted(texts, key=str)


def main() -> int:
    """Print what is wrong in the current folder, or mend it; return the exit status."""
    if sys.argv[1:] == ["--update"]:
        update(Path.cwd())
    found = list(find(Path.cwd()))
    for line in found:
        sys.stdout.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
