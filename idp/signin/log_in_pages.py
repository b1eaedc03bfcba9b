"""The pages that ask for a password: the log-in page, and the one for a new password."""

from __future__ import annotations

from adapter.clock import Clock
from idp.config.schema import Config
from idp.session.seal import Seal
from idp.signin import pages, paths
from idp.signin.browser_request import BrowserRequest
from idp.signin.pending import PendingSignIn
from idp.web.answer import Answer


class LogInPages:
    """The pages of one server; each has the sealed sign-in, which goes on when it is posted."""

    def __init__(self, config: Config, seal: Seal, clock: Clock) -> None:
        self._config = config
        self._seal = seal
        self._clock = clock

    def log_in(
        self,
        pending: PendingSignIn,
        request: BrowserRequest,
        *,
        username: str = "",
        error: str = "",
    ) -> Answer:
        """Return the log-in page, with what was typed and what was wrong with it."""
        return pages.log_in_page(
            request.address,
            saml_session=pending.seal(self._seal, self._clock.now()),
            username=username[: pages.MAX_NAME_LENGTH],
            error=error,
            offers_kmsi=self._config.sign_in.keep_me_signed_in,
            offers_reset=self._config.sign_in.password_reset,
        )

    def change_password(self, pending: PendingSignIn, request: BrowserRequest) -> Answer:
        """Let the user choose another password here, if the configuration allows it."""
        fields = request.web.form
        name = fields.get("UserName", "")
        if not self._config.sign_in.password_change:
            return self.log_in(pending, request, username=name, error=pages.MUST_CHANGE_PASSWORD)
        return pages.change_password_page(
            action=f"{self._config.server.base_url}{paths.UPDATE_PASSWORD}",
            saml_session=pending.seal(self._seal, self._clock.now()),
            username=name[: pages.MAX_NAME_LENGTH],
            wants_kmsi=pages.wants_kmsi(fields),
        )
