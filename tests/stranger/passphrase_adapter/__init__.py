"""A second factor in one module: the user must answer a question."""

import hmac
import tomllib
from html import escape

from adapter import contract

KBA = "http://schemas.microsoft.com/ws/2012/12/authmethod/kba"
GERMAN = 1031
TEXTS = {
    contract.ENGLISH: {
        "wrong": "That is not the answer.",
        "locked": "Too many answers were wrong. Try again later.",
        "submit": "Sign in",
    },
    GERMAN: {
        "wrong": "Das ist nicht die Antwort.",
        "locked": "Zu viele Antworten waren falsch. Versuchen Sie es später.",
        "submit": "Anmelden",
    },
}
MAX_TRIES, WINDOW_SECONDS = 5, 15 * 60
FORM = """<form method="post" id="loginForm" class="passphrase">
<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%" />
<input id="context" type="hidden" name="Context" value="%Context%" />
<label for="answerInput">{question}</label>
<input id="answerInput" name="Answer" type="password" autocomplete="off" />
<p role="alert" id="errorText">{error}</p>
<button id="submitButton">{submit}</button>
</form>"""


class PassphraseAuthentication(contract.Adapter):
    metadata = contract.AdapterMetadata(
        admin_name="Passphrase",
        authentication_methods=(KBA,),
        identity_claims=(contract.UPN,),
        available_lcids=(contract.ENGLISH, GERMAN),
        friendly_names={contract.ENGLISH: "A question", GERMAN: "Eine Frage"},
        descriptions={
            contract.ENGLISH: "Answer the question that your administrator chose.",
            GERMAN: "Beantworten Sie die Frage, die für Sie hinterlegt ist.",
        },
    )

    def use_shared_store(self, store):
        self._store = store

    def on_authentication_pipeline_load(self, config):
        settings = tomllib.loads((config.data or b"").decode())
        if not settings.get("question") or not settings.get("answer"):
            raise ValueError("Register it with a TOML file that has a question and an answer")
        self._question, self._answer = settings["question"], settings["answer"].encode()

    def is_available_for_user(self, identity_claim, context):
        return True

    def begin_authentication(self, identity_claim, request, context):
        context.data["user"] = identity_claim.value
        return self._page(context.lcid)

    def try_end_authentication(self, context, proof, request):
        given = proof.properties.get("Answer", "")
        if given and not self._store.count(context.data["user"], MAX_TRIES, WINDOW_SECONDS):
            return self._page(context.lcid, "locked")
        if hmac.compare_digest(given.encode(), self._answer):
            return (contract.Claim(contract.AUTHENTICATION_METHOD, KBA),)
        return self._page(context.lcid, "wrong" if given else None)

    def _page(self, lcid, error=None):
        texts = TEXTS[lcid]
        html = FORM.format(
            question=escape(self._question),
            error=texts[error] if error else "",
            submit=texts["submit"],
        )
        return contract.AdapterForm("Multi-Factor Authentication", html, ("passphrase.css",))
