"""The file ``MultiFactorAuthenticationAdfsAdapter.config``: read strictly, refused by name.

In the product it says whether the adapter reaches MFA Server through its Web Service SDK, and how
(Microsoft, "Configure Azure Multi-Factor Authentication Server to work with AD FS"). Here the
server itself is the MFA service, so there is no SDK to reach: only ``UseWebServiceSdk`` false can
be kept, and then the settings of the SDK mean nothing, as in the product.
"""

from __future__ import annotations

from xml.parsers import expat

from adapter.errors import TallystickError

USE_SDK = "UseWebServiceSdk"
PASSWORD = "WebServiceSdkPassword"  # noqa: S105  # the name of a setting
SETTINGS = (
    USE_SDK,
    "WebServiceSdkUrl",
    "WebServiceSdkUsername",
    PASSWORD,
    "WebServiceSdkCertificateThumbprint",
)
"""Every setting that the file may have."""

MAX_LENGTH = 64 * 1024
SETTING_DEPTH = 2
"""Settings are the children of the root element."""


class BadConfiguration(TallystickError):
    """Raised for a configuration file that cannot be honoured; it names the setting."""

    code = "adapter_configuration"


def check_configuration(data: bytes | None) -> None:
    """Raise :class:`BadConfiguration` unless *data* is a file that this adapter can honour.

    No file at all is one.
    """
    if not data:
        return
    settings = _read(data)
    for name in settings:
        if name not in SETTINGS:
            raise BadConfiguration(
                f"MFA Server's adapter has no setting {name[:60]!r}",
                f"It has {', '.join(SETTINGS)}",
            )
    _check_use_sdk(settings.get(USE_SDK, "false"))
    if settings.get(PASSWORD):
        raise BadConfiguration(
            f"{PASSWORD} holds a password, which would be stored for nothing", "Leave it empty"
        )


def _check_use_sdk(value: str) -> None:
    match value.lower():
        case "false":
            return
        case "true":
            raise BadConfiguration(
                f"{USE_SDK} is true, but there is no MFA Server to call: this server asks the "
                "phones itself",
                f"Set {USE_SDK} to false",
            )
    raise BadConfiguration(f"{USE_SDK} is {value[:60]!r}", "Give true or false")


def _read(data: bytes) -> dict[str, str]:
    """Return the settings by name; expat reads no DTD here, so there are no entities."""
    if len(data) > MAX_LENGTH:
        raise BadConfiguration("The configuration file is too large", f"Give {MAX_LENGTH} bytes")
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadConfiguration(
            f"The configuration file is not XML: {error}",
            "Give MultiFactorAuthenticationAdfsAdapter.config as it was installed",
        ) from None
    return reader.settings


class _Reader:
    """Collects the text of each child of the root element."""

    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        self._path: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def _start(self, name: str, _attributes: object) -> None:
        self._path.append(name.rpartition(":")[2])
        if len(self._path) == SETTING_DEPTH:
            if self._path[-1] in self.settings:
                raise BadConfiguration(f"{self._path[-1]} is set twice", "Set it once")
            self.settings[self._path[-1]] = ""
        elif len(self._path) > SETTING_DEPTH:
            raise BadConfiguration(
                f"{self._path[-2]} holds elements where a value belongs", "Give its value as text"
            )

    def _end(self, _name: str) -> None:
        if len(self._path) == SETTING_DEPTH:
            self.settings[self._path[-1]] = self.settings[self._path[-1]].strip()
        self._path.pop()

    def _text(self, text: str) -> None:
        if len(self._path) == SETTING_DEPTH:
            self.settings[self._path[-1]] += text

    def _refuse_doctype(self, *_declaration: object) -> None:
        raise BadConfiguration("The configuration file has a DOCTYPE", "Remove it")
