"""Wrong settings: each fault says where it is, what was found, and what is allowed or meant."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.config.places import Environment
from idp.config.reading import ConfigError, from_values, load
from idp.config.schema import Config

SETTINGS = [
    (section, key)
    for section, field in Config.model_fields.items()
    for key in type(field.default).model_fields
]
SECRET = "correct-horse"


@pytest.fixture
def told(tmp_path):
    """What is said of a file with this text, whose name is ``t.toml``."""

    def refuse(text: str) -> str:
        file = tmp_path / "t.toml"
        file.write_text(text)
        with pytest.raises(ConfigError) as refused:
            load(file)
        return str(refused.value).replace(str(file), "t.toml")

    return refuse


@pytest.mark.parametrize(("section", "key"), SETTINGS)
def test_a_wrong_value_of_any_setting_is_told_with_its_line_and_what_is_allowed(told, section, key):
    said = told(f"# first line\n[{section}]\n{key} = {{ a = '{SECRET}' }}\n")

    assert f"t.toml:3: {section}.{key}: found a table, allowed is " in said
    assert SECRET not in said


@pytest.mark.parametrize(("section", "key"), SETTINGS)
def test_a_wrong_variable_is_blamed_as_itself_also_over_a_right_line(
    told, monkeypatch, section, key
):
    name = f"Tallystick__{section}__{key}".replace("Tallystick", "TALLYSTICK")
    monkeypatch.setenv(f"{name}__DEEPER", SECRET)

    said = told(f"[{section}]\n{key} = []\n")

    assert f"${name}__DEEPER: {section}.{key}: " in said
    assert "t.toml" not in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[serve]\nport = 0", "serve.port: found 0, allowed is a whole number from 1 to 65535"),
        ("[serve]\nengine = 'x'", "t.toml:2: serve.engine: found 'x', allowed is granian or wait"),
        ("[serve]\nworkers = 'x'", "found 'x', allowed is a whole number from 1 to 256"),
        ("[server]\nhsts = 'maybe'", "found 'maybe', allowed is true or false"),
        ("[server]\nhsts_max_age = -1", "found -1, allowed is a whole number of at least 0"),
        ("[store]\nconnections = 0", "found 0, allowed is a whole number of at least 1"),
        ("[proxies]\nreverse_proxies = ['x']", "found 'x', allowed is a network like 10.0.0.0/8"),
        ("[server]\nbase_url = 'a.test'", "like https://sts.example.test (found 'a.test')"),
        ("[server]\nbase_url = 'http://x:99999'", "t.toml:2: server.base_url: give only scheme"),
        ("[theme]\nfolder = \"a\\u0000b\"", "t.toml:2: theme.folder: it holds NUL"),
        ("[store]\nurl = \"sqlite:///a\\u0000b\"", "t.toml:2: store.url: it holds NUL"),
        ("[serve]\nport = 0x" + "f" * 9000, "A number has more than 64 bits"),
        ("serve = " + "[" * 9000, "Tables or lists are nested too deeply"),
        ("[sign_in]\nkept_sessions_since = 'x'", "found 'x', allowed is a time with its zone"),
        ("[serve]\nkey = 'x'", "t.toml:1: serve: set certificate and key together, or neither"),
        ("serve = 5", "t.toml:1: serve: found 5, allowed is a table"),
    ],
)  # fmt: skip
def test_a_fault_names_the_value_found_and_the_values_allowed(told, text, fault):
    assert fault in told(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[serve]\nprot = 1", "2: serve.prot: there is no such setting (did you mean serve.port?)"),
        ("[srve]\nport = 1", "t.toml:1: srve: there is no such setting (did you mean serve?)"),
        ("port = 1", "t.toml:1: port: there is no such setting (did you mean serve.port or"),
        ("[server]\nport = 1", "did you mean serve.port or metrics.port or mail.port?"),
        ("[server]\nBaseUrl = 'x'", "did you mean server.base_url?"),
        ("[metrics]\nxyzzy = 1", "there are bind, port"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_refused_with_what_was_meant(told, text, meant):
    assert meant in told(text)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("TALLYSTICK__SRVE__PORT", "srve: there is no such setting (did you mean serve?)"),
        ("tallystick__serve__prot", "serve.prot: there is no such setting (did you mean"),
        ("TALLYSTICK__X", "x: there is no such setting (there are server, serve,"),
    ],
)  # fmt: skip
def test_a_variable_for_a_section_or_key_that_does_not_exist_is_refused(
    told, monkeypatch, name, said
):
    monkeypatch.setenv(name, SECRET)
    refusal = told("")

    assert f"${name}: {said}" in refusal
    assert SECRET not in refusal


def test_variables_override_the_file_and_each_other_key_by_key(monkeypatch):
    monkeypatch.setenv("TALLYSTICK__LOCKOUT", '{"threshold": 3, "threshold_familiar": 4}')
    monkeypatch.setenv("tallystick__lockout__THRESHOLD", "5")
    monkeypatch.setenv("TALLYSTICK__PROXIES__REVERSE_PROXIES", '["10.0.0.1"]')

    config = from_values({"lockout": {"threshold": 1, "window_minutes": 2}})

    found = config.lockout
    assert (found.threshold, found.threshold_familiar, found.window_minutes) == (5, 4, 2)
    assert [str(each) for each in config.proxies.reverse_proxies] == ["10.0.0.1/32"]


def test_a_fault_of_two_settings_blames_both_places(told, monkeypatch):
    monkeypatch.setenv("TALLYSTICK__SERVE__KEY", "x")

    said = told("[serve]\nport = 1\n")

    assert "$TALLYSTICK__SERVE__KEY and t.toml:1: serve: set certificate and key together" in said


@pytest.mark.parametrize("name", ["TALLYSTICK__PROXIES", "TALLYSTICK__PROXIES__REVERSE_PROXIES"])
def test_a_variable_that_must_be_json_is_named(told, monkeypatch, name):
    monkeypatch.setenv("TALLYSTICK__SERVER__NODE", "sts1")
    monkeypatch.setenv(name, "10.0.0.0/8")

    assert told("").startswith(f"The value of ${name} is not JSON. ")
    for text in ("[" * 90_000, "9" * 9000):
        monkeypatch.setenv(name, text)
        assert told("").startswith(f"The value of ${name} is not JSON. ")


@pytest.mark.parametrize(
    "address",
    [
        *("https://x:1000000", "https://x:\u0663", "https://x:80:80", "https://name:word@x"),
        *("https://a b", "https://<b>", "https://x..y", "https://x%41", "https://\u202ex"),
        *("https://[v1.x]", "https://[::1", "https://x?q", "https://x#f", f"https://{'x' * 64}"),
        *("https://", "https:///x", "//x", "ftp://x"),
    ],
)
def test_an_address_that_no_client_could_use_is_refused(told, address):
    assert "give only scheme, host and port" in told(f"[server]\nbase_url = '{address}'")


@pytest.mark.parametrize(
    "address",
    [
        *("https://sts.example.test", "https://sts.example.test.:8443", "http://localhost:0"),
        *("http://[::1]:8080", "http://192.0.2.1", "https://m\u00fcnchen.test", "http://my_host"),
        "https://\u0939\u093f\u0928\u094d\u0926\u0940.test",
    ],
)
def test_any_scheme_host_and_port_that_can_be_reached_are_an_address(address):
    assert from_values({"server": {"base_url": f"{address}/"}}).server.base_url == address


@pytest.mark.parametrize(
    "text",
    [
        f"[keys]\npassphrase = ['{SECRET}']",
        f"[keys]\npassphrase = 71077345{SECRET[:0]}",
        f"[keys]\npassprase = '{SECRET}'",
        f"[server]\nbase_url = 'postgresql://tally:{SECRET}@x'",
        f"[server]\nbase_url = 'ftp://x/?password={SECRET}'",
    ],
)
def test_a_secret_is_not_repeated(told, text):
    said = told(text)

    assert SECRET not in said
    assert "71077345" not in said


@given(
    section=st.sampled_from([*Config.model_fields, "serve_", "proxy"]),
    key=st.text("abcdefgh_", min_size=1, max_size=12),
    value=st.one_of(st.booleans(), st.integers(-9, 9), st.text("ab[{'\"\n", max_size=9)),
)
def test_any_unknown_setting_is_one_fault_at_its_own_place(section, key, value):
    known = section in Config.model_fields
    if known and key in type(Config.model_fields[section].default).model_fields:
        return
    with pytest.raises(ConfigError) as refused:
        from_values({section: {key: value}})

    assert (
        f"{section}.{key}: " in str(refused.value)
        if known
        else f"{section}: " in str(refused.value)
    )


def test_a_missing_file_that_the_environment_names_blames_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("TALLYSTICK_CONFIG", str(tmp_path / "gone.toml"))

    with pytest.raises(ConfigError, match=r"\$TALLYSTICK_CONFIG names .*gone\.toml"):
        load(tmp_path / "gone.toml")
    with pytest.raises(ConfigError, match="There is no configuration file"):
        load(tmp_path / "other.toml")


def test_the_file_that_init_writes_has_no_unknown_section():
    from idp.serving.new_server import TEXT

    sections = tomllib.loads(TEXT.replace("{base_url}", '"x"').replace("{port}", "1"))

    assert set(sections) <= set(Config.model_fields)
    assert Environment().unknown_sections() == set()
