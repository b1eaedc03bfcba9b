"""The navigation: every page belongs to one link, and names a command that exists."""

from __future__ import annotations

from pathlib import Path

import click
from flask import url_for
from lxml import html
from support.servers.server_folder import BASE_URL

import idp.admin
from idp.admin.navigation import NAVIGATION, command_of
from idp.audit.roles import HELP_DESK
from idp.cli import main

LINKS = [link for group in NAVIGATION for link in group.links]
PAGES = [page for link in LINKS for page in link.pages]
WITHOUT_LINK = {"continue", "refused", "token"}
"""What stands in the way of a page."""


def links_of(page):
    return list(html.fromstring(page.text).get_element_by_id("navigation").iter("a"))


def test_every_page_belongs_to_one_link():
    folder = Path(idp.admin.__file__).parent / "templates" / "admin"
    pages = [each.stem for each in folder.glob("*.html") if "extends" in each.read_text()[:200]]

    assert sorted(PAGES) == sorted(set(pages) - WITHOUT_LINK)


def test_each_link_is_marked_on_the_page_that_it_leads_to(administrator, app):
    for link in LINKS:
        with app.test_request_context(base_url=BASE_URL):
            path = url_for(f"admin.{link.endpoint}")
        shown = administrator.see(path)
        assert shown.status_code == 200, (path, shown.location, shown.text[:300])
        marked = [each for each in links_of(shown) if each.get("aria-current")]
        assert [(each.text, each.get("href")) for each in marked] == [(link.label, path)]


def test_each_command_exists():
    for page in filter(command_of, PAGES):
        found, words = main, command_of(page).split()
        while isinstance(found, click.Group):
            found = found.get_command(click.Context(found), words.pop(0))
        assert found is not None, page


def test_a_role_sees_its_links_and_no_empty_group(signed_in_as):
    page = signed_in_as(HELP_DESK).see("/admin/users")

    assert {each.text for each in links_of(page)} == {"Users", "Preview", "Sign-ins", "Traces"}
    assert "Applications" not in page.text
