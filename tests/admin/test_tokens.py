"""Hardware tokens, code apps and names by REST, and the page that registers tokens from a file."""

from __future__ import annotations

import io

import pyotp
import pytest
from support.servers.server_folder import BASE_URL
from support.users import ALICE

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HEADER = "upn,serial number,secret key,time interval,manufacturer,model"
ROW = f"{ALICE},G1,{SECRET},60,Acme,One"


@pytest.fixture(autouse=True)
def alice(services):
    services.directory.add(ALICE, "first password")


def code_now(services, period: int = 30, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret, interval=period).at(services.clock.now())


def test_a_token_is_registered_and_activated_by_rest(script, services):
    body = {"user": ALICE, "serial_number": "G1", "secret_key": SECRET, "time_interval": 60}

    added = script("POST", "/admin/api/tokens", body)

    assert added.status_code == 200
    assert SECRET not in added.text + script("GET", "/admin/api/tokens").text
    assert [each["serial_number"] for each in script("GET", "/admin/api/tokens").json] == ["G1"]
    activate = f"/admin/api/users/{ALICE}/tokens/G1/activate"
    assert script("POST", activate, {"code": "1"}).json["error"] == "code_refused"
    left = script("POST", activate, {"code": code_now(services, 60)})
    assert left.json["methods"][0]["serial_number"] == "G1"
    assert script("POST", "/admin/api/tokens", body).json["error"] == "serial_number_taken"


def test_a_file_of_tokens_is_registered_by_rest(script):
    added = script("POST", "/admin/api/tokens/import", {"csv": f"{HEADER}\n{ROW}"})

    assert [each["manufacturer"] for each in added.json] == ["Acme"]
    again = script("POST", "/admin/api/tokens/import", {"csv": f"{HEADER}\n{ROW}"})
    assert (again.status_code, again.json["error"]) == (422, "csv_faults")
    assert SECRET not in again.text


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("POST", "/admin/api/tokens", {"user": ALICE}, "bad_body"),
        ("POST", "/admin/api/tokens", {"secret": SECRET}, "bad_body"),
        ("POST", "/admin/api/tokens/import", {}, "bad_body"),
        (
            "POST",
            "/admin/api/tokens",
            {"user": ALICE, "serial_number": "1", "secret_key": "x", "time_interval": "[1]"},
            "bad_hardware_token",
        ),
        ("POST", f"/admin/api/users/{ALICE}/tokens/G1/activate", {}, "bad_body"),
        ("POST", f"/admin/api/users/{ALICE}/tokens/G1/activate", {"code": "1"}, "unknown_method"),
        ("POST", f"/admin/api/users/{ALICE}/code-apps/confirm", {"sealed": "x"}, "bad_body"),
        (
            "POST",
            f"/admin/api/users/{ALICE}/code-apps/confirm",
            {"sealed": "x", "code": "1"},
            "seal_broken",
        ),
        ("PATCH", f"/admin/api/users/{ALICE}/methods/none", {"name": "New"}, "unknown_method"),
        ("PATCH", f"/admin/api/users/{ALICE}/methods/none", {}, "bad_body"),
    ],
)
def test_what_cannot_be_done_is_said(method, path, body, error, script):
    assert script(method, path, body).json["error"] == error


def test_a_code_app_is_added_and_renamed_by_rest(script, services):
    offer = script("POST", f"/admin/api/users/{ALICE}/code-apps").json
    code = code_now(services, secret=offer["secret"])
    body = {"sealed": offer["sealed"], "code": code, "name": "Work"}

    (method,) = script("POST", f"/admin/api/users/{ALICE}/code-apps/confirm", body).json["methods"]

    assert (method["name"], method["app"]) == ("Work", "code_app")
    renamed = script("PATCH", f"/admin/api/users/{ALICE}/methods/{method['id']}", {"name": "Home"})
    assert renamed.json["methods"][0]["name"] == "Home"
    again = script("POST", f"/admin/api/users/{ALICE}/code-apps/confirm", body)
    assert again.json["error"] == "code_refused"


def upload(administrator, text: bytes):
    form = {"csrf": administrator.csrf(), "action": "import", "file": (io.BytesIO(text), "t.csv")}
    return administrator.client.post(
        "/admin/tokens", data=form, base_url=BASE_URL, headers=administrator.headers,
        content_type="multipart/form-data",
    )  # fmt: skip


def test_the_page_registers_the_tokens_of_a_file_and_activates_one(administrator, services):
    assert "no token yet" in administrator.see("/admin/tokens").text

    assert upload(administrator, f"{HEADER}\n{ROW}".encode()).status_code == 303

    page = administrator.see("/admin/tokens").text
    assert "Registered 1 token." in page
    assert "G1" in page
    assert SECRET not in page
    form = {"csrf": administrator.csrf(), "action": "activate", "user": ALICE}
    form["serial_number"] = "G1"
    wrong = administrator.post("/admin/tokens", {**form, "code": "1"})
    assert wrong.status_code == 422
    assert "That code is not right" in wrong.text
    right = administrator.post("/admin/tokens", {**form, "code": code_now(services, 60)})
    assert right.status_code == 303
    assert "activated" in administrator.see("/admin/tokens").text


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", f"{HEADER}\n{ROW}x".encode(), ROW.encode()])
def test_a_file_with_faults_registers_nothing_and_the_page_says_all_of_them(text, administrator):
    if text.endswith(b"x"):
        text = text.replace(b"60,", b"45,").replace(b"G1,", b",")

    refused = upload(administrator, text)

    assert refused.status_code == 422
    assert "Nothing was registered" in refused.text
    assert SECRET not in refused.text
    if b"45," in text:
        assert "line 2: the serial number is missing" in refused.text
        assert "line 2: the time interval" in refused.text
    assert "no token yet" in administrator.see("/admin/tokens").text
