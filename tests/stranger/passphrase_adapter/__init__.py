"""A second factor in one module: whoever knows the answer to a question is let in."""

import hmac
import tomllib
from html import escape

from adapter import contract

KBA = "http://schemas.microsoft.com/ws/2012/12/authmethod/kba"
FORM = """<form method="post" id="loginForm" class="passphrase">
<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%">
<input id="context" type="hidden" name="Context" value="%Context%">
<label for="answerInput">{question}</label>
<input id="answerInput" name="Answer" type="password" autocomplete="off">
<p role="alert" id="errorText">{error}</p>
<button id="submitButton">Sign in</button>
</form>"""


class PassphraseAuthentication(contract.Adapter):
    metadata = contract.AdapterMetadata(
        admin_name="Passphrase",
        authentication_methods=(KBA,),
        identity_claims=(contract.UPN,),
        available_lcids=(contract.ENGLISH,),
        friendly_names={contract.ENGLISH: "A question"},
        descriptions={contract.ENGLISH: "Answer the question that your administrator chose."},
    )

    def on_authentication_pipeline_load(self, config):
        settings = tomllib.loads((config.data or b"").decode())
        if not settings.get("question") or not settings.get("answer"):
            raise ValueError("Register it with a TOML file that has a question and an answer")
        self._question, self._answer = settings["question"], settings["answer"].encode()

    def is_available_for_user(self, identity_claim, context):
        return True

    def begin_authentication(self, identity_claim, request, context):
        return self._page()

    def try_end_authentication(self, context, proof, request):
        given = proof.properties.get("Answer", "")
        if hmac.compare_digest(given.encode(), self._answer):
            return (contract.Claim(contract.AUTHENTICATION_METHOD, KBA),)
        return self._page("That is not the answer." if given else "")

    def _page(self, error=""):
        html = FORM.format(question=escape(self._question), error=error)
        return contract.AdapterForm("Multi-Factor Authentication", html, ("passphrase.css",))
