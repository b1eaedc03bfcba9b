"""``tallystick user tokens`` and ``user methods add|rename``: tokens, files of them, code apps."""

from __future__ import annotations

import json
import sys

import pyotp
import pytest
from support.users import ALICE, BOB, PASSWORD

from adapter.mfa.methods import MAX_APPS
from idp.management import code_apps
from idp.management.hardware_tokens import CodeRefused
from idp.session.seal import SealBroken

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HEADER = "upn,serial number,secret key,time interval,manufacturer,model"
ROW = f"{ALICE},G1,{SECRET},60,Acme,One"


@pytest.fixture
def people(services):
    services.directory.add(ALICE, PASSWORD, groups=["Staff"])
    services.directory.add(BOB, PASSWORD)
    return services


def code_now(services, period: int = 30, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret, interval=period).at(services.clock.now())


def test_a_token_is_registered_activated_listed_and_removed(people, done):
    added = done(
        "user", "tokens", "add", ALICE, "G1", "--period", "60", "--secret-stdin", "--json",
        input=f"{SECRET}\n",
    )  # fmt: skip
    assert json.loads(added)["activated_at"] is None
    assert "waiting token" in done("user", "methods", ALICE)
    assert (
        json.loads(done("user", "methods", ALICE, "--json"))["waiting_tokens"][0]["user"] == ALICE
    )

    done("user", "tokens", "activate", ALICE, "G1", code_now(people, 60))

    (method,) = json.loads(done("user", "methods", ALICE, "--json"))["methods"]
    assert (method["app"], method["serial_number"]) == ("hardware_token", "G1")
    listed = done("user", "tokens", "list") + done("user", "tokens", "list", ALICE, "--json")
    assert "G1" in listed
    assert SECRET not in listed + added
    done("user", "methods", "remove", ALICE, method["id"])
    assert json.loads(done("user", "tokens", "list", "--json")) == []


def test_a_typed_secret_is_not_echoed_and_a_token_that_waits_is_removed(people, done):
    done("user", "tokens", "add", ALICE, "G1", typed=(SECRET,))
    (token,) = json.loads(done("user", "tokens", "list", ALICE, "--json"))

    done("user", "methods", "remove", ALICE, token["id"])

    assert json.loads(done("user", "tokens", "list", "--json")) == []


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("add", "nobody@example.test", "G2"), "unknown_user"),
        (("add", BOB, "G1"), "serial_number_taken"),
        (("activate", ALICE, "G2", "123456"), "unknown_method"),
        (("activate", BOB, "G1", "123456"), "unknown_method"),
        (("activate", ALICE, "G1", "12"), "code_refused"),
        (("list", "nobody@example.test"), "unknown_user"),
    ],
)
def test_what_cannot_be_done_is_said(args, code, people, done, refused):
    done("user", "tokens", "add", ALICE, "G1", typed=(SECRET,))

    line = refused("user", "tokens", *args, typed=(SECRET,))

    assert f"[{code}]" in line
    assert SECRET not in line


def test_a_bad_secret_is_refused_without_being_repeated(people, refused):
    line = refused("user", "tokens", "add", ALICE, "G1", typed=("NOT-BASE32-0189-0189",))

    assert "[bad_hardware_token]" in line
    assert "0189" not in line


def imported(done, *rows: str, header: str = HEADER) -> str:
    return done("user", "tokens", "import", "-", "--json", input="\n".join((header, *rows)))


def test_a_file_of_tokens_is_imported(people, done):
    added = json.loads(imported(done, ROW, f"{BOB.upper()},G2,{SECRET.lower()},30,,"))

    assert [(each["user"], each["serial_number"]) for each in added] == [(ALICE, "G1"), (BOB, "G2")]
    assert [each["time_interval"] for each in added] == [60, 30]
    assert json.loads(done("user", "tokens", "list", "--json")) == added


def test_every_fault_of_every_row_is_said_at_once_and_nothing_is_stored(people, done, refused):
    imported(done, f"{BOB},G0,{SECRET},30,,")
    rows = (
        ROW,
        f"nobody@example.test,,{SECRET},30,,",
        f"{ALICE},G3,{SECRET}!,45,,",
        f"{ALICE},G4,{SECRET}",
        f"{ALICE},G0,{SECRET},30,,",
        f"{ALICE},G1,{SECRET},30,,",
        *(f"{BOB},X{number},{SECRET},30,," for number in range(MAX_APPS)),
    )

    line = refused("user", "tokens", "import", "-", input="\n".join((HEADER, *rows)))

    assert "[csv_faults]" in line
    for fault in (
        "line 3: there is no user of this upn; line 3: the serial number is missing",
        "line 4: the secret key is not Base32 (A to Z and 2 to 7); line 4: the time interval is",
        "line 5: 3 fields, but 6 columns",
        "line 6: another token has this serial number",
        "line 7: another token has this serial number",
        f"line {7 + MAX_APPS}: the user has as many apps and tokens",
    ):
        assert fault in line
    assert SECRET not in line
    assert len(json.loads(done("user", "tokens", "list", "--json"))) == 1


@pytest.mark.parametrize("text", [ROW, "", f"upn,{SECRET}\n{ROW}", f'{HEADER}\n"{SECRET}', "\0"])
def test_no_fault_of_a_file_repeats_a_secret(text, people, refused):
    line = refused("user", "tokens", "import", "-", input=text)

    assert "[csv_faults]" in line
    assert SECRET.casefold() not in line.casefold()


def test_no_fault_of_a_file_of_users_repeats_a_password(refused, farm_folder):
    (farm_folder / "users.csv").write_text("carol@example.test,Sesame-open-7\n")

    assert "sesame" not in refused("user", "import", "users.csv").casefold()


class Typist:
    """Somebody who reads the address that the command prints, and types the app's code."""

    def __init__(self, services, capsys, wrong: bool = False) -> None:
        self.services, self.capsys, self.wrong = services, capsys, wrong
        self.printed = ""

    def readline(self) -> str:
        self.printed = self.capsys.readouterr().out
        secret = pyotp.parse_uri(json.loads(self.printed)["address"]).secret
        return "000\n" if self.wrong else code_now(self.services, secret=secret) + "\n"


def add_app(services, capsys, monkeypatch, *args: str, wrong: bool = False) -> tuple[int, str]:
    """Run ``user methods add`` with a person at the keyboard; return status and last output."""
    from idp import cli

    monkeypatch.setattr(sys, "stdin", Typist(services, capsys, wrong))
    with pytest.raises(SystemExit) as ended:
        cli.main(["user", "methods", "add", ALICE, "--json", *args])
    return ended.value.code or 0, capsys.readouterr().out


def test_a_code_app_is_added_once_a_code_is_right(people, capsys, monkeypatch, done, farm_folder):
    monkeypatch.chdir(farm_folder)

    assert add_app(people, capsys, monkeypatch, wrong=True) == (1, "")
    assert json.loads(done("user", "methods", ALICE, "--json"))["methods"] == []
    status, printed = add_app(people, capsys, monkeypatch, "--name", "Work phone")

    assert (status, json.loads(printed)["name"]) == (0, "Work phone")
    (method,) = json.loads(done("user", "methods", ALICE, "--json"))["methods"]
    assert (method["app"], method["name"]) == ("code_app", "Work phone")


def test_the_qr_code_and_the_address_are_printed(people, tally):
    run = tally("user", "methods", "add", ALICE, input="1\n")

    assert "otpauth://totp/" in run.stdout
    assert "type the code" in run.stdout
    assert "[code_refused]" in run.stderr


@pytest.mark.parametrize("kind", ["totp", "push"])
def test_a_method_is_renamed(kind, people, done, refused, device_key):
    people.mfa.codes.register(ALICE, SECRET)
    typed = people.mfa.activations.create(ALICE, totp=False).typed
    people.mfa.activations.activate(
        typed, public_key=device_key, platform="web", app_version="1", name="Phone"
    )
    (method,) = people.mfa.methods_of(ALICE).of_kind(kind)

    assert "Old one" in done("user", "methods", "rename", ALICE, method.id, "Old one")

    assert "Old one" in done("user", "methods", ALICE)
    assert "[unknown_method]" in refused("user", "methods", "rename", ALICE, "none", "Name")
    assert "[bad_method_name]" in refused("user", "methods", "rename", ALICE, method.id, " ")


def test_a_seed_is_confirmed_by_its_user_in_time_and_only_if_policies_allow_it(people):
    offer = code_apps.begin_code_app(people, ALICE)
    other = code_apps.begin_code_app(people, BOB)
    code = code_now(people, secret=offer.secret)

    with pytest.raises(SealBroken):
        code_apps.confirm_code_app(people, BOB, offer.sealed, code)
    with pytest.raises(SealBroken):
        code_apps.confirm_code_app(people, ALICE, offer.sealed[:-1], code)
    with pytest.raises(CodeRefused):
        code_apps.confirm_code_app(people, ALICE, offer.sealed, "12")
    with pytest.raises(CodeRefused):
        code_apps.confirm_code_app(people, BOB, other.sealed, code)
    assert code_apps.confirm_code_app(people, ALICE, offer.sealed, code).name == "Code app"
    with pytest.raises(CodeRefused):
        code_apps.confirm_code_app(people, ALICE, offer.sealed, code)
    assert len(people.mfa.methods_of(ALICE).registered) == 1


def test_no_code_app_is_offered_or_stored_where_no_policy_allows_one(people, done, refused):
    offer = code_apps.begin_code_app(people, ALICE)
    done("policy", "set", "SoftwareOath.state=disabled")

    with pytest.raises(code_apps.RegistrationNotAllowed):
        code_apps.confirm_code_app(
            people, ALICE, offer.sealed, code_now(people, secret=offer.secret)
        )
    assert "[registration_not_allowed]" in refused("user", "methods", "add", ALICE, input="\n")


def test_no_sixth_app_is_offered(people, refused):
    for _ in range(MAX_APPS):
        people.mfa.codes.add(ALICE, SECRET)

    assert "[too_many_methods]" in refused("user", "methods", "add", ALICE, input="\n")
