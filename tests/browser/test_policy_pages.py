"""The pages of policies and hardware tokens in a browser: a preview, a file, and how they look."""

from __future__ import annotations

import pyotp
from playwright.sync_api import expect
from support.users import ALICE, BOB

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HEADER = "upn,serial number,secret key,time interval,manufacturer,model"


def test_policies_are_previewed_then_saved(farm_page, services, looks):
    services.directory.add(ALICE, "first password", groups=["Staff"])
    services.directory.add(BOB, "first password")
    services.mfa.codes.register(BOB, SECRET)
    farm_page.get_by_role("link", name="Policies").click()
    looks(farm_page, "admin-policies")

    authenticator = farm_page.get_by_role("group", name="Authenticator", exact=True)
    authenticator.get_by_label("Included").fill("Staff")
    farm_page.get_by_role("button", name="Preview").click()

    bob = farm_page.get_by_role("row", name=BOB).first
    expect(bob).to_contain_text("does not include the user")
    expect(farm_page.get_by_label("Command")).to_contain_text("tallystick policy set")
    expect(authenticator.get_by_label("Included")).to_have_value("Staff")
    looks(farm_page, "admin-policies-preview")
    farm_page.get_by_role("button", name="Save").click()
    expect(farm_page.get_by_text("Saved.")).to_be_visible()
    expect(farm_page.locator("dl")).to_contain_text("Staff.")


def test_tokens_are_registered_from_a_file_and_activated(farm_page, services, looks):
    services.directory.add(ALICE, "first password")
    farm_page.get_by_role("link", name="Hardware tokens", exact=True).click()
    rows = [f"{ALICE},GALT{number},{SECRET},60,Contoso,HardwareKey" for number in (1, 2)]

    def upload(*lines: str) -> None:
        content = "\n".join((HEADER, *lines)).encode()
        file = {"name": "tokens.csv", "mimeType": "text/csv", "buffer": content}
        farm_page.get_by_label("CSV file").set_input_files(file)
        farm_page.get_by_role("button", name="Register").click()

    upload(rows[0], rows[1].replace("60", "45"))
    expect(farm_page.get_by_role("alert")).to_contain_text("line 3: the time interval is neither")
    looks(farm_page, "admin-tokens-refused")
    upload(*rows)
    row = farm_page.get_by_role("row", name="GALT2")
    row.get_by_label("Code of GALT2").fill("1")
    row.get_by_role("button", name="Activate").click()
    expect(row.get_by_role("alert")).to_contain_text("That code is not right")
    looks(farm_page, "admin-tokens")

    code = pyotp.TOTP(SECRET, interval=60).at(services.clock.now())
    row.get_by_label("Code of GALT2").fill(code)
    row.get_by_role("button", name="Activate").click()
    expect(farm_page.get_by_role("row", name="GALT2")).to_contain_text("activated")
