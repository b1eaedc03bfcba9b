"""What ``theme.toml`` may say, with limits and defaults; docs/themes.md has a row for each."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from idp.config.section import Section

MAX_TEXT_LENGTH = 1000
_ADDRESS = re.compile(r"(https?://[!-~]+|mailto:[!-~]+|/(?![/\\])[!-~]*)")
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


def _must_be_address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("give an address that begins with https://, http://, mailto: or /")
    return value


def _must_be_color(value: str) -> str:
    if not _COLOR.fullmatch(value):
        raise ValueError("give a colour like #0b5cad")
    return value.lower()


def _must_be_file(value: str) -> str:
    if not _FILE.fullmatch(value):
        raise ValueError("give the name of a file in the folder, without a path")
    return value


def _must_be_email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("give a mail address like help@example.test")
    return value


Text = Annotated[str, Field(max_length=MAX_TEXT_LENGTH)]
Address = Annotated[str, AfterValidator(_must_be_address)]
Email = Annotated[str, AfterValidator(_must_be_email)]
Color = Annotated[str, AfterValidator(_must_be_color)]
File = Annotated[str, AfterValidator(_must_be_file)]


class Colors(Section):
    """``[colors]``: colours of the light pages, ``#rrggbb``; those that are missing stay ours."""

    accent: Color | None = None
    accent_ink: Color | None = None
    accent_soft: Color | None = None
    ground: Color | None = None
    surface: Color | None = None
    ink: Color | None = None
    ink_soft: Color | None = None
    line: Color | None = None


class BothColors(Colors):
    """``[colors]`` with ``[colors.dark]``, the colours where the user prefers dark pages."""

    dark: Colors = Colors()


class Content(Section):
    """``[content]``: texts and links, plain text (AD FS: ``Set-AdfsGlobalWebContent``)."""

    company_name: Text | None = None
    sign_in_page_description_text: Text | None = None
    sign_in_page_additional_authentication_description_text: Text | None = None
    sign_out_page_description_text: Text | None = None
    update_password_page_description_text: Text | None = None
    error_page_description_text: Text | None = None
    error_page_generic_error_message: Text | None = None
    error_page_authorization_error_message: Text | None = None
    error_page_support_email: Email | None = None
    home_link: Address | None = None
    home_link_text: Text | None = None
    help_desk_link: Address | None = None
    help_desk_link_text: Text | None = None
    privacy_link: Address | None = None
    privacy_link_text: Text | None = None


class AllContent(Content):
    """``[content]`` with a table for each language, such as ``[content.de]``."""

    en: Content = Content()
    de: Content = Content()
    fr: Content = Content()
    es: Content = Content()
    ja: Content = Content()


class ThemeSettings(Section):
    """The whole file. Files are names in the folder (AD FS: ``Set-AdfsWebTheme``)."""

    logo: File | None = None
    logo_height: Annotated[int, Field(ge=16, le=120)] = 32
    """Pixels."""
    illustration: File | None = None
    illustration_place: Literal["side", "background"] = "side"
    style_sheet: File | None = None
    colors: BothColors = BothColors()
    content: AllContent = AllContent()
