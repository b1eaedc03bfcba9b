"""The page on which users change their password, by themselves or because they have to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from idp.audit.writer import AuditWriter
from idp.directory import Directory, PasswordCheck
from idp.session.seal import Seal
from idp.signin import errors, pages, paths, recorded
from idp.signin.browser_request import BrowserRequest
from idp.signin.first_proof import FirstProof
from idp.signin.pending import unseal
from idp.web.answer import Answer

DIFFERENT = "new_passwords_differ"


class PasswordChange:
    """The page of one node; it is off unless the configuration switches it on."""

    def __init__(
        self,
        directory: Directory,
        writer: AuditWriter,
        first_proof: FirstProof,
        pending_seal: Seal,
        *,
        is_on: bool,
        base_url: str,
    ) -> None:
        self._directory = directory
        self._writer = writer
        self._first_proof = first_proof
        self._pending_seal = pending_seal
        self._is_on = is_on
        self._action = f"{base_url}{paths.UPDATE_PASSWORD}"

    def page(self) -> Answer:
        """Return the page; raises :class:`~idp.saml.refusal.Refused` if it is off."""
        self._must_be_on()
        return pages.change_password_page(action=self._action)

    def change(self, request: BrowserRequest, node: str) -> Answer:
        """Take one post of the page; a user who was signing in to an application goes on to it.

        Raises :class:`~idp.saml.refusal.Refused` and :class:`~idp.session.seal.SealBroken`.
        """
        self._must_be_on()
        fields = request.web.form
        sealed = fields.get("SamlSession")
        pending = unseal(self._pending_seal, sealed) if sealed else None
        if pending is not None:
            request.activity.continue_as(pending.activity_id)
        check = self._check(request)
        recorded.password_changed(request.activity, check, node)
        self._writer.password_changed(check, request.event_source(node))
        if check.user is None:
            return self._page_again(fields, check, sealed)
        if pending is None:
            return pages.password_changed_page()
        as_log_in = replace(request.web, path=paths.LS, query=b"")
        return self._first_proof.password_given(
            pending, check.user, replace(request, web=as_log_in)
        )

    def _check(self, request: BrowserRequest) -> PasswordCheck:
        fields = request.web.form
        new = fields.get("NewPassword", "")
        if fields.get("ConfirmNewPassword", "") != new:
            return PasswordCheck(None, DIFFERENT, "")
        return self._directory.change_password(
            fields.get("UserName", ""), fields.get("OldPassword", ""), new, request.password_origin
        )

    def _page_again(
        self, fields: Mapping[str, str], check: PasswordCheck, sealed: str | None
    ) -> Answer:
        return pages.change_password_page(
            action=self._action,
            saml_session=sealed,
            username=fields.get("UserName", "")[: pages.MAX_NAME_LENGTH],
            wants_kmsi=pages.wants_kmsi(fields),
            error=pages.NEW_PASSWORD.get(check.failure or "", pages.WRONG_PASSWORD),
        )

    def _must_be_on(self) -> None:
        if not self._is_on:
            raise errors.no_handler()
