"""Adapters that a host has to live with: one that is as it should be, and many that are not."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from support.nets import NET_SECONDS

from adapter import contract
from adapter.entra_mfa import AzureMfaAuthentication
from adapter.errors import Unavailable as Away

METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/kba"
OTHER_METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/otp"
SECRET = "what must stand in no log"
FORM = """<form method="post" id="loginForm">
<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%" />
<input id="context" type="hidden" name="Context" value="%Context%" />
<input name="Answer" /><p id="errorText"></p></form>"""


def metadata(**changes: object) -> contract.AdapterMetadata:
    values = {
        "admin_name": "Odd",
        "authentication_methods": (METHOD,),
        "identity_claims": (contract.UPN,),
        "available_lcids": (contract.ENGLISH,),
        "friendly_names": {contract.ENGLISH: "An odd factor"},
        "descriptions": {contract.ENGLISH: "It is <b>odd</b>."},
    }
    return contract.AdapterMetadata(**values | changes)


def page(title: str = "Multi-Factor Authentication", html: str = FORM) -> contract.AdapterForm:
    return contract.AdapterForm(title, html)


def passed(*methods: str) -> tuple[contract.Claim, ...]:
    return tuple(contract.Claim(contract.AUTHENTICATION_METHOD, method) for method in methods)


class Good(contract.Adapter):
    """Lets in whoever answers yes."""

    metadata = metadata()

    def on_authentication_pipeline_load(self, config):
        self.config = config.data

    def is_available_for_user(self, identity_claim, context):
        context.data["noted"] = identity_claim.value
        return True

    def begin_authentication(self, identity_claim, request, context):
        context.data["begun"] = True
        return page()

    def try_end_authentication(self, context, proof, request):
        if proof.properties.get("Answer") != "yes":
            return page()
        return self.answer(context)

    def answer(self, context):
        return passed(METHOD)


class Thrown(Exception):
    """What a stranger's code throws."""


class Unavailable(Good):
    def is_available_for_user(self, identity_claim, context):
        return False


class NearlyAvailable(Good):
    def is_available_for_user(self, identity_claim, context):
        return "yes"


class ThrowsWhenAsked(Good):
    def is_available_for_user(self, identity_claim, context):
        raise Thrown(SECRET)


class NotesWhatNoSealCarries(Good):
    def is_available_for_user(self, identity_claim, context):
        context.data["noted"] = object()
        return True


class ThrowsAtBegin(Good):
    def begin_authentication(self, identity_claim, request, context):
        raise Thrown(SECRET)


class PassesAtBegin(Good):
    def begin_authentication(self, identity_claim, request, context):
        return passed(METHOD)


class NothingAtBegin(Good):
    def begin_authentication(self, identity_claim, request, context):
        return None


class TextAtBegin(Good):
    def begin_authentication(self, identity_claim, request, context):
        return FORM


class RemembersWhatNoSealCarries(Good):
    def begin_authentication(self, identity_claim, request, context):
        context.data["open file"] = open  # not JSON
        return page()


class RemembersHalfACharacter(Good):
    def begin_authentication(self, identity_claim, request, context):
        context.data["half"] = "\ud800"
        return page()


class ForgetsItsMemory(Good):
    def begin_authentication(self, identity_claim, request, context):
        context.data = None
        return page()


class RecursesWithoutEnd(Good):
    def begin_authentication(self, identity_claim, request, context):
        return self.begin_authentication(identity_claim, request, context)


class ThrowsInTheTitle(Good):
    @dataclass
    class Page:
        stylesheets: tuple = ()
        scripts: tuple = ()

        def page_title(self, lcid):
            raise Thrown(SECRET)

        def form_html(self, lcid):
            return FORM

    def begin_authentication(self, identity_claim, request, context):
        return self.Page()


class NoTextInTheForm(Good):
    def begin_authentication(self, identity_claim, request, context):
        return page(html=None)


class HalfACharacterInTheForm(Good):
    def begin_authentication(self, identity_claim, request, context):
        return page(html=FORM + "\udfff")


class ThrowsAtTheEnd(Good):
    def answer(self, context):
        raise Thrown(SECRET)


class NothingAtTheEnd(Good):
    def answer(self, context):
        return None


class YesAtTheEnd(Good):
    def answer(self, context):
        return True


class NoClaimsAtAll(Good):
    def answer(self, context):
        return ()


class NoMethod(Good):
    def answer(self, context):
        return (contract.Claim(contract.UPN, "user@example.test"),)


class AnotherMethod(Good):
    def answer(self, context):
        return passed(OTHER_METHOD)


class TwoMethods(Good):
    metadata = metadata(authentication_methods=(METHOD, OTHER_METHOD))

    def answer(self, context):
        return passed(METHOD, OTHER_METHOD)


class MethodInOtherLetters(Good):
    def answer(self, context):
        return passed(METHOD.upper())


class AnnouncesLater(Good):
    """Widens what it announced once it was loaded."""

    def __init__(self):
        self.metadata = metadata()

    def answer(self, context):
        self.metadata = metadata(authentication_methods=(METHOD, OTHER_METHOD))
        return passed(OTHER_METHOD)


class NoClaimAmongClaims(Good):
    def answer(self, context):
        return (*passed(METHOD), "claim")


class NoTextInAClaim(Good):
    def answer(self, context):
        return (contract.Claim(contract.AUTHENTICATION_METHOD, [METHOD]),)


class ThrowsWhenItExplains(Good):
    def explain(self, context):
        if context.data.get("begun"):
            raise Thrown(SECRET)
        return contract.Explanation("", "")


class ExplainsInNumbers(Good):
    def explain(self, context):
        return contract.Explanation(1, 2, None, 4)


class ThrowsAtLoad(Good):
    def on_authentication_pipeline_load(self, config):
        raise Thrown(SECRET)


class ThrowsWhenMade(Good):
    def __init__(self):
        raise Thrown(SECRET)


class NoMetadata(Good):
    metadata = None


class NoNames(Good):
    metadata = metadata(friendly_names=None)


class AsksForTooMuch(Good):
    metadata = metadata(identity_claims=("urn:everything",))


class ThrowsWhenItUnloads(Good):
    def on_authentication_pipeline_unload(self):
        raise Thrown(SECRET)


class OwnLastPage(ThrowsAtBegin):
    def on_error(self, request, error):
        return page("It is broken", '<p id="instructions">Call us.</p>')


class SaysWhy(Good):
    """Throws what the contract has for it, and explains itself on its last page."""

    def begin_authentication(self, identity_claim, request, context):
        raise contract.ExternalAuthenticationException("why", context)

    def on_error(self, request, error):
        same = error.context is not None and error.context.data.get("noted")
        return page("It is broken", f'<p id="instructions">{error}, {same}</p>')


class ThrowsTwice(ThrowsAtBegin):
    def on_error(self, request, error):
        raise Thrown(SECRET)


class NoLastPage(ThrowsAtBegin):
    def on_error(self, request, error):
        return "no page"


class Exits(Good):
    def begin_authentication(self, identity_claim, request, context):
        raise SystemExit(SECRET)


class ExitsTwice(Exits):
    def on_error(self, request, error):
        raise SystemExit(SECRET)


class Unprintable(Good):
    class Error(Exception):
        def __str__(self):
            raise Thrown(SECRET)

    def begin_authentication(self, identity_claim, request, context):
        raise self.Error


class LastPageOfClaims(ThrowsAtBegin):
    def on_error(self, request, error):
        return passed(METHOD)


class LastPageThrows(ThrowsAtBegin):
    def on_error(self, request, error):
        return ThrowsInTheTitle.Page()


class LastPageAway(ThrowsAtBegin):
    def on_error(self, request, error):
        raise Away(SECRET, "")


class HangsAtTheLastPage(ThrowsAtBegin):
    """Comes back only when it is let go."""

    let_go = threading.Event()

    def on_error(self, request, error):
        self.let_go.wait(NET_SECONDS)
        return page("Too late")


class Hangs(Good):
    """Comes back from a post only when it is let go."""

    entered = threading.Semaphore(0)
    let_go = threading.Event()

    def answer(self, context):
        self.entered.release()
        self.let_go.wait(NET_SECONDS)
        return passed(METHOD)


class ThrowsAnotherContext(Good):
    """Throws with a context that is none; the last page tells which one it was asked with."""

    def begin_authentication(self, identity_claim, request, context):
        context.data["begun"] = True
        raise contract.ExternalAuthenticationException("why", "no context")

    def on_error(self, request, error):
        return page("It is broken", f'<p id="instructions">{error.context.data["begun"]}</p>')


class BreaksAtTheEnd(Good):
    """Throws while it is told to, and would let the user in afterwards."""

    broken = True

    def answer(self, context):
        if self.broken:
            raise Thrown(SECRET)
        return passed(METHOD)


GERMAN, AUSTRIAN, FRENCH = 1031, 3079, 12


class Polyglot(Good):
    """Speaks German, English and French, and says in which language it was asked."""

    metadata = metadata(
        available_lcids=(GERMAN, contract.ENGLISH, FRENCH),
        friendly_names={
            contract.ENGLISH: "A question",
            GERMAN: "Eine Frage",
            FRENCH: "Une question",
        },
        descriptions={contract.ENGLISH: "Answer it.", GERMAN: "Beantworten Sie sie."},
    )

    @dataclass
    class Page:
        told: int
        stylesheets: tuple = ()
        scripts: tuple = ()

        def page_title(self, lcid):
            return {GERMAN: "Mehrstufige Anmeldung"}.get(lcid, "Multi-Factor Authentication")

        def form_html(self, lcid):
            return f'{FORM}<p id="instructions">{self.told} {lcid}</p>'

    def begin_authentication(self, identity_claim, request, context):
        return self.Page(context.lcid)

    def try_end_authentication(self, context, proof, request):
        if proof.properties.get("Answer") == "no":
            raise Thrown(SECRET)
        told, context.lcid = context.lcid, "any"  # what it writes there changes nothing
        return self.Page(told)

    def on_error(self, request, error):
        return self.Page(error.context.lcid)


@dataclass
class ComparesItself(Good):
    """Equal to all of its kind, and in no dictionary."""

    config: bytes | None = field(default=None)


class Meanwhile(Good):
    """Has something done by somebody else just before it lets the user in."""

    happens = staticmethod(lambda: None)

    def answer(self, context):
        type(self).happens()
        return passed(METHOD)


class Counted(Good):
    """Counts how often it was loaded and unloaded."""

    loaded = 0
    unloaded = 0

    def on_authentication_pipeline_load(self, config):
        type(self).loaded += 1

    def on_authentication_pipeline_unload(self):
        type(self).unloaded += 1


class Asks(Good):
    """Shows what it was asked with."""

    metadata = metadata(identity_claims=(contract.WINDOWS_ACCOUNT_NAME,))

    def begin_authentication(self, identity_claim, request, context):
        told = (identity_claim.value, request.node_name, request.node_build, request.application)
        return page(html=FORM + f'<p id="instructions">{"|".join(told)}</p>')


class LosesTheDatabase(AzureMfaAuthentication):
    """Takes the database away while it asks for the phone's answer; its file is the configuration.

    It does so for posts with the field ``Lose``.
    """

    def on_authentication_pipeline_load(self, config):
        self._file = Path(config.data.decode())

    def try_end_authentication(self, context, proof, request):
        with self._lost() if "Lose" in proof.properties else nullcontext():
            return super().try_end_authentication(context, proof, request)

    @contextmanager
    def _lost(self):
        aside = self._file.with_suffix(".aside")
        self._file.rename(aside)
        try:
            yield
        finally:
            aside.rename(self._file)


class LosesTheDatabaseAtFirst(LosesTheDatabase):
    """Does so while it asks whether the user has a phone."""

    def is_available_for_user(self, identity_claim, context):
        with self._lost():
            return super().is_available_for_user(identity_claim, context)
