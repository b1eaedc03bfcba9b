"""The page of the configuration in a browser: a file is compared, then applied."""

from __future__ import annotations

from playwright.sync_api import expect

FILE = 'format = 1\n\n[[nodes]]\nname = "sts1"\nbuild = "20348.350"\n'


def test_a_file_is_compared_and_applied(farm_page, services, looks):
    services.farm.set_build("sts1", "20348.349", "set-up")
    farm_page.get_by_role("link", name="Configuration").click()
    looks(farm_page, "admin-configuration")

    def upload(text: str) -> None:
        file = {"name": "new.toml", "mimeType": "application/toml", "buffer": text.encode()}
        farm_page.get_by_label("File (TOML or JSON)").set_input_files(file)
        farm_page.get_by_role("button", name="Show what would change").click()

    upload(FILE.replace("build", "bild"))
    expect(farm_page.get_by_role("alert")).to_contain_text("nodes[0].bild (sts1)")
    looks(farm_page, "admin-configuration-refused")
    upload(FILE)
    expect(farm_page.locator("#preview")).to_contain_text("20348.349 → 20348.350")
    looks(farm_page, "admin-configuration-preview")

    farm_page.get_by_role("button", name="Apply these changes").click()

    expect(farm_page.get_by_role("status")).to_contain_text("Applied: 1 changed.")
    assert services.farm.node("sts1").build == "20348.350"
