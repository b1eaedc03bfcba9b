"""The application in README.md signs a user in, with the settings of the page that it names."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

from idp.federation.metadata.entered import EnteredServiceProvider
from idp.management.connect.settings import settings_for
from idp.management.metadata.source import entered_source
from idp.management.trusts import add_from

README = (Path(__file__).parents[2] / "README.md").read_text()
URL = "http://localhost:5000"


def test_the_application_of_the_readme_signs_a_user_in(federation, phone, tmp_path, monkeypatch):
    [block] = re.findall(r"`app\.py`.*?```python\n(.*?)```", README, re.DOTALL)
    found = settings_for(federation.services, "python3-saml", URL)
    file = tmp_path / found.application.kind.file
    file.parent.mkdir()
    file.write_text(found.text)
    application = found.application
    entered = EnteredServiceProvider(application.entity_id, (application.acs,))
    add_from(federation.services, entered_source(federation.services, entered))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "app"}
    exec(textwrap.dedent(block), names)  # noqa: S102 - as Python runs app.py
    client = names["app"].test_client()

    signing_in = federation.sign_in(client.get("/", base_url=URL).location)
    phone.approve(signing_in.number)
    answer = signing_in.finish()
    page = client.post("/saml/acs", data=answer.fields, base_url=URL)

    assert answer.action == f"{URL}/saml/acs"
    assert page.text == f"Signed in as {federation.user.name}"
