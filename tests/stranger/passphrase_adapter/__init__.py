"""A second factor in one module: everybody gives the answer to one question.

It shows what an adapter is made of; one answer for all, without a limit on guesses, protects
nothing.
"""

from __future__ import annotations

import hmac
import tomllib
from html import escape

from adapter.contract import (
    AUTHENTICATION_METHOD,
    ENGLISH,
    UPN,
    Adapter,
    AdapterForm,
    AdapterMetadata,
    AuthenticationContext,
    AuthenticationMethodConfigData,
    Claim,
    HttpRequest,
    ProofData,
)

KBA = "http://schemas.microsoft.com/ws/2012/12/authmethod/kba"
FORM = """
<form method="post" id="loginForm" class="passphrase">
<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%">
<input id="context" type="hidden" name="Context" value="%Context%">
<label for="answerInput">{question}</label>
<input id="answerInput" name="Answer" type="password" autocomplete="off">
<p id="error" role="alert"><span id="errorText">{error}</span></p>
<button id="submitButton" name="Submit" value="Submit">Sign in</button>
</form>
"""


class PassphraseAuthentication(Adapter):
    """Asks the question of its configuration file, and lets in who knows the answer."""

    metadata = AdapterMetadata(
        admin_name="Passphrase",
        authentication_methods=(KBA,),
        identity_claims=(UPN,),
        available_lcids=(ENGLISH,),
        friendly_names={ENGLISH: "A question"},
        descriptions={ENGLISH: "Answer the question that your administrator chose."},
    )

    def on_authentication_pipeline_load(self, config: AuthenticationMethodConfigData) -> None:
        settings = tomllib.loads((config.data or b"").decode())
        self._question = str(settings.get("question", ""))
        self._answer = str(settings.get("answer", ""))
        if not self._question or not self._answer:
            raise ValueError("Register it with a TOML file that has a question and an answer")

    def is_available_for_user(self, identity_claim: Claim, context: AuthenticationContext) -> bool:
        return True

    def begin_authentication(
        self, identity_claim: Claim, request: HttpRequest, context: AuthenticationContext
    ) -> AdapterForm:
        return self._page()

    def try_end_authentication(
        self, context: AuthenticationContext, proof: ProofData, request: HttpRequest
    ) -> tuple[Claim, ...] | AdapterForm:
        given = proof.properties.get("Answer", "")
        if hmac.compare_digest(given.encode(), self._answer.encode()):
            return (Claim(AUTHENTICATION_METHOD, KBA),)
        return self._page("That is not the answer." if given else "")

    def _page(self, error: str = "") -> AdapterForm:
        html = FORM.format(question=escape(self._question), error=error)
        return AdapterForm("Multi-Factor Authentication", html, stylesheets=("passphrase.css",))
