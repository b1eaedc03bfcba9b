"""``tallystick adapters new``: the package that it writes works, and nothing is overwritten."""

from __future__ import annotations

import ast
import json
import keyword
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.nets import NET_SECONDS

from idp.cli.adapter_package import MAX_NAME, BadAdapterName, named

TALLYSTICK = Path(sys.executable).with_name("tallystick")
PROVIDER = "SpareKeyAuthentication"


@pytest.fixture
def spare_key(done, tmp_path, monkeypatch):
    """The folder of a package that was just written; its modules are forgotten afterwards."""
    done("adapters", "new", "spare-key", "--directory", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path / "spare-key")
    yield tmp_path / "spare-key"
    sys.modules.pop("spare_key", None)


def run(*command: str | Path, folder: Path) -> str:
    ended = subprocess.run(  # noqa: S603 - our own command
        command, cwd=folder, capture_output=True, text=True, timeout=NET_SECONDS
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_its_tests_pass(spare_key):
    assert "3 passed" in run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder=spare_key
    )


def test_it_keeps_the_contract_with_the_configuration_that_comes_with_it(spare_key):
    check = (TALLYSTICK, "adapters", "check", f"spare_key:{PROVIDER}", "--config", "config.toml")

    assert "keeps the contract" in run(*check, folder=spare_key)
    assert list(spare_key.glob("message-*")) == []


def test_its_entry_point_is_found_when_it_is_installed(spare_key):
    project = tomllib.loads((spare_key / "pyproject.toml").read_text())

    points = project["project"]["entry-points"]["tallystick.adapters"]
    assert points == {PROVIDER: f"spare_key:{PROVIDER}"}
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["spare_key"]


def test_users_sign_in_with_it(spare_key, federation, sp, tmp_path):
    messages = tmp_path / "messages"
    messages.mkdir()
    config = f"folder = {json.dumps(str(messages))}".encode()
    federation.services.providers.register(PROVIDER, f"spare_key:{PROVIDER}", config)
    federation.services.providers.enable([PROVIDER])
    sign_in = federation.sign_in(sp.url())

    assert "not the code" in sign_in.post(Code="no code").text("errorText")
    (message,) = messages.iterdir()
    assert message.read_text().startswith(f"To: {federation.user.name}\n")
    code = message.read_text().strip().removesuffix(".").rpartition(" ")[2]
    sign_in.post(Code=code)
    assert sign_in.finish().status == ("Success",)


def test_what_was_written_is_data_too(done, tmp_path):
    told = json.loads(
        done("adapters", "new", "BadgeReader", "--directory", str(tmp_path), "--json")
    )

    folder = tmp_path / "badge-reader"
    assert told == {
        "directory": str(folder),
        "module": "badge_reader",
        "name": "BadgeReaderAuthentication",
        "type": "badge_reader:BadgeReaderAuthentication",
        "files": sorted(
            str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
        ),
    }


def test_without_a_directory_it_is_written_here_and_needs_no_server(tally, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("TALLYSTICK_CONFIG", raising=False)

    assert tally("adapters", "new", "badge_reader").exit_code == 0
    assert [path.name for path in here.iterdir()] == ["badge-reader"]


BAD_NAMES = [
    "", " ", "1badge", "-badge", "badge-", "badge--reader", "badge.reader", "badge/reader", "../up",
    "Ärger", "badge reader", "a" * (MAX_NAME + 1), "class", "json", "adapter", "idp", "Flask",
    "$badge", "badge\n", "passphrase-adapter",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused_and_nothing_is_written(name, refused, tmp_path):
    said = refused("adapters", "new", "--directory", str(tmp_path / "new"), "--", name)

    assert said.endswith("[bad_adapter_name]\n")
    assert list(tmp_path.glob("new*")) == []


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_a_folder_that_is_there_is_refused_and_left_alone(kind, refused, tmp_path):
    there = tmp_path / "parent" / "badge-reader"
    there.parent.mkdir()
    match kind:
        case "folder":
            there.mkdir()
        case "file":
            there.write_text("mine")
        case _:
            there.symlink_to(tmp_path / "nowhere")

    said = refused("adapters", "new", "badge-reader", "--directory", str(there.parent))

    assert said.endswith("[adapter_not_written]\n")
    assert list(there.parent.iterdir()) == [there]
    assert not there.is_dir() or list(there.iterdir()) == []


def test_a_directory_that_is_a_file_is_refused(refused, tmp_path):
    (tmp_path / "file").write_text("mine")

    for directory in ("file", "file/below"):
        said = refused("adapters", "new", "badge-reader", "--directory", str(tmp_path / directory))
        assert said.endswith("[adapter_not_written]\n")


WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)


@given(st.lists(WORDS, min_size=1, max_size=4), st.sampled_from(["-", "_", ""]))
def test_every_name_that_is_taken_makes_files_that_can_be_read(words, between):
    try:
        adapter = named(between.join(words))
    except BadAdapterName:
        return

    files = adapter.files()
    assert adapter.module.isidentifier()
    assert adapter.provider.isidentifier()
    assert not keyword.iskeyword(adapter.module)
    assert not any("$" in text for text in files.values())
    for path, text in files.items():
        if path.endswith(".py"):
            ast.parse(text)
        elif path.endswith(".toml"):
            tomllib.loads(text)
