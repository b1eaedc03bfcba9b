"""Writes what went wrong in an adapter into the log, for its author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapter.errors import TallystickError
from idp.adapters.error_place import chain_of, frames_of, place_of
from idp.adapters.redaction import Secrets
from idp.logs import get_logger

NO_FIELDS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class FailureLog:
    """The failures of the adapter *provider*, whose code is in the top-level *package*.

    ``config`` is its configuration file, of which nothing may stand in the log. With
    ``tracebacks``, each line has the whole traceback too.
    """

    provider: str
    package: str
    config: bytes | None = field(default=None, repr=False)
    tracebacks: bool = False

    def loading_failed(self, event: str, error: BaseException, **more: int) -> None:
        """Log that loading or unloading failed, without the error's text.

        The text may quote the configuration file in a form that nobody can find and replace.
        ``tallystick adapters check`` shows it.
        """
        problem = error.problem if isinstance(error, TallystickError) else ""
        self._log(event, error, None, problem=problem, **more)

    def call_failed(
        self,
        error: BaseException,
        activity_id: str,
        data: object,
        fields: Mapping[str, str] = NO_FIELDS,
    ) -> None:
        """Log that a call failed; *data* is the context's data, *fields* are those of the post."""
        secrets = Secrets()
        secrets.add_fields(fields)
        secrets.add_data(data)
        secrets.add_config(self.config)
        message = secrets.clean(_text(error))
        self._log("adapter_error", error, secrets, activity_id=activity_id, message=message)

    def _log(
        self, event: str, error: BaseException, secrets: Secrets | None, **more: object
    ) -> None:
        place = place_of(error, self.package)
        if self.tracebacks:
            more["traceback"] = _traceback(error, secrets)
        get_logger().error(
            event,
            provider=self.provider,
            error_type=type(error).__name__,
            at=place.at,
            function=place.function,
            **more,
        )


def _traceback(error: BaseException, secrets: Secrets | None) -> list[str]:
    """Return the lines of the traceback: the error, then what caused it, each with its frames.

    The errors' texts are left out if *secrets* is None.
    """
    lines: list[str] = []
    for each in chain_of(error):
        text = "" if secrets is None else secrets.clean(_text(each))
        lines.append(f"{type(each).__name__}: {text}" if text else type(each).__name__)
        lines += frames_of(each)
    return lines


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a stranger's exception may not be printable
        return ""
