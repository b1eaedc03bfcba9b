"""Adapters that a host has to live with: one that keeps the contract, and many that break it."""

from __future__ import annotations

from dataclasses import dataclass

from adapter import contract

METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/kba"
OTHER_METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/otp"
SAYS = "what the code of a stranger says"
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
        raise Thrown(SAYS)


class NotesWhatNoSealCarries(Good):
    def is_available_for_user(self, identity_claim, context):
        context.data["noted"] = object()
        return True


class ThrowsAtBegin(Good):
    def begin_authentication(self, identity_claim, request, context):
        raise Thrown(SAYS)


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
            raise Thrown(SAYS)

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
        raise Thrown(SAYS)


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
            raise Thrown(SAYS)
        return contract.Explanation("", "")


class ExplainsInNumbers(Good):
    def explain(self, context):
        return contract.Explanation(1, 2, None, 4)


class ThrowsAtLoad(Good):
    def on_authentication_pipeline_load(self, config):
        raise Thrown(SAYS)


class ThrowsWhenMade(Good):
    def __init__(self):
        raise Thrown(SAYS)


class NoMetadata(Good):
    metadata = None


class NoNames(Good):
    metadata = metadata(friendly_names=None)


class AsksForTooMuch(Good):
    metadata = metadata(identity_claims=("urn:everything",))


class ThrowsWhenItUnloads(Good):
    def on_authentication_pipeline_unload(self):
        raise Thrown(SAYS)


class BreaksAtTheEnd(Good):
    """Throws while it is told to, and would let the user in afterwards."""

    broken = True

    def answer(self, context):
        if self.broken:
            raise Thrown(SAYS)
        return passed(METHOD)
