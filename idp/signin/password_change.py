"""The page on which users change their password, by themselves or because they have to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Response

from idp.directory import PasswordCheck
from idp.services import Services
from idp.signin import errors, pages, paths
from idp.signin.audit_log import Recorder
from idp.signin.browser_request import BrowserRequest
from idp.signin.flow import SignInFlow
from idp.signin.pending import unseal
from idp.web.activity import continue_activity

DIFFER = "new_passwords_differ"


class PasswordChange:
    """The page of one node; it is off unless the configuration switches it on."""

    def __init__(self, services: Services, flow: SignInFlow, recorder: Recorder) -> None:
        config = services.config
        self._directory = services.directory
        self._is_on = config.sign_in.password_change
        self._base_url = config.server.base_url
        self._pending_seal = services.sealer.purpose("saml-session")
        self._flow = flow
        self._recorder = recorder

    def show(self) -> Response:
        """Show the page; raises :class:`~idp.saml.refusal.Refused` where it is off."""
        self._must_be_on()
        return pages.change_password(action=self._action)

    def change(self, fields: Mapping[str, str], visit: BrowserRequest, node: str) -> Response:
        """Take one post of the page; who was on the way to an application goes on to it.

        Raises :class:`~idp.saml.refusal.Refused` and :class:`~idp.session.seal.SealBroken`.
        """
        self._must_be_on()
        sealed = fields.get("SamlSession")
        pending = unseal(self._pending_seal, sealed) if sealed else None
        if pending is not None:
            continue_activity(pending.activity_id)
        check = self._checked(fields, visit)
        self._recorder.password_changed(check, node)
        if check.user is None:
            return pages.change_password(
                action=self._action,
                saml_session=sealed,
                username=fields.get("UserName", "")[: pages.MAX_NAME_LENGTH],
                wants_kmsi=pages.wants_kmsi(fields),
                error=pages.NEW_PASSWORD.get(check.failure or "", pages.WRONG_PASSWORD),
            )
        if pending is None:
            return pages.password_changed()
        onward = replace(visit, address=f"{self._base_url}{paths.LS}", query=b"")
        return self._flow.password_given(pending, check.user, onward, fields)

    def _checked(self, fields: Mapping[str, str], visit: BrowserRequest) -> PasswordCheck:
        new = fields.get("NewPassword", "")
        if fields.get("ConfirmNewPassword", "") != new:
            return PasswordCheck(None, DIFFER, "")
        return self._directory.change_password(
            fields.get("UserName", ""), fields.get("OldPassword", ""), new, visit.origin
        )

    @property
    def _action(self) -> str:
        return f"{self._base_url}{paths.UPDATE_PASSWORD}"

    def _must_be_on(self) -> None:
        if not self._is_on:
            raise errors.no_handler()
