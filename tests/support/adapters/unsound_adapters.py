"""An adapter that keeps every rule of the conformance kit, and ones that break one rule each."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from html import escape

from support.nets import NET_SECONDS

from adapter.contract import (
    AUTHENTICATION_METHOD,
    ENGLISH,
    UPN,
    AdapterForm,
    AdapterMetadata,
    Claim,
    Explanation,
)

METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/kba"
METADATA = AdapterMetadata(
    admin_name="Sound",
    authentication_methods=(METHOD,),
    identity_claims=(UPN,),
    available_lcids=(ENGLISH,),
    friendly_names={ENGLISH: "Sound"},
    descriptions={ENGLISH: "An adapter without a fault."},
)
TOKENS = (
    '<input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%">'
    '<input id="context" type="hidden" name="Context" value="%Context%"/>'
)
FIELDS = '<input id="answer" name="Answer"><button name="Other" value="1">Another way</button>'
RIGHT = {"Answer": "the right answer"}


def page(fields: str = FIELDS, tokens: str = TOKENS, form: str = 'id="loginForm" method="post"'):
    return AdapterForm("Multi-Factor Authentication", f"<form {form}>{tokens}{fields}</form>")


class Sound:
    """An adapter that keeps every rule; the others break one each."""

    metadata = METADATA
    page = staticmethod(page)

    def on_authentication_pipeline_load(self, config):
        pass

    def on_authentication_pipeline_unload(self):
        pass

    def is_available_for_user(self, identity_claim, context):
        return True

    def begin_authentication(self, identity_claim, request, context):
        context.data["tries"] = 0
        return self.page()

    def try_end_authentication(self, context, proof, request):
        if proof.properties.get("Answer") == RIGHT["Answer"]:
            return (Claim(AUTHENTICATION_METHOD, METHOD),)
        context.data["tries"] += 1
        return self.page()

    def on_error(self, request, error):
        return None

    def explain(self, context):
        return Explanation("question", "asked")


def broken(**members) -> type[Sound]:
    """Return a sound adapter but for *members*."""
    plain = {
        name: staticmethod(member) if isinstance(member, Callable) else member
        for name, member in members.items()
    }
    return type("Broken", (Sound,), plain)


def with_metadata(**fields) -> type[Sound]:
    return broken(metadata=replace(METADATA, **fields))


def with_page(*arguments, **keywords) -> type[Sound]:
    return broken(page=lambda: page(*arguments, **keywords))


def with_fields(html: str) -> type[Sound]:
    return with_page(FIELDS + html)


def raises(*_):
    raise KeyError("boom")


def lacking(name: str) -> type:
    members = {n: m for n, m in vars(Sound).items() if n != name and not n.startswith("__")}
    return type("Lacking", (), members)


def needs_an_argument(argument):
    return Sound()


def half_read_configuration(config):
    config.data.decode()


def refuses_without_a_word(config):
    raise ValueError


def writes(**data):
    def begin(identity_claim, request, context):
        context.data.update(copy.deepcopy(data))
        return page()

    return broken(begin_authentication=begin, try_end_authentication=lambda *_: page())


def only_knows(*users: str) -> type[Sound]:
    return broken(is_available_for_user=lambda claim, context: claim.value in users)


class Echoes(Sound):
    """Shows a value of the request as it came."""

    def __init__(self, name):
        self._name = name

    def begin_authentication(self, identity_claim, request, context):
        context.data["tries"] = 0
        return page(f"{FIELDS}<p>{getattr(request, self._name)}</p>")


class RemembersTheUser(Sound):
    def begin_authentication(self, identity_claim, request, context):
        self._application = request.application
        return super().begin_authentication(identity_claim, request, context)

    def try_end_authentication(self, context, proof, request):
        return page(f"{FIELDS}<p>{escape(self._application)}</p>")


class SharesAList(Sound):
    log: list[str] = []  # noqa: RUF012 - that is the fault

    def begin_authentication(self, identity_claim, request, context):
        context.data["log"] = self.log
        return page()

    def try_end_authentication(self, context, proof, request):
        return page()


class MixesThreads(Sound):
    """Right as long as one sign-in follows another."""

    def __init__(self):
        self._both = threading.Barrier(2)
        self._arrivals = itertools.count()
        self._shown = ""

    def begin_authentication(self, identity_claim, request, context):
        self._shown = request.application
        self._wait_for_another_thread()
        return page(f"{FIELDS}<p>{escape(self._shown)}</p>")

    def try_end_authentication(self, context, proof, request):
        return page()

    def _wait_for_another_thread(self):
        """Let the first two threads meet; one that comes later may be the last, and never waits."""
        if threading.current_thread() is threading.main_thread():
            return
        if next(self._arrivals) < 2:
            self._both.wait(NET_SECONDS)


class MixesThreadsLater(MixesThreads):
    """The same in its later pages alone."""

    def begin_authentication(self, identity_claim, request, context):
        return page()

    def try_end_authentication(self, context, proof, request):
        return super().begin_authentication(None, request, context)


class NeedsAPlace(Sound):
    """Never thinks of a room that is full."""

    def use_waiting_places(self, places):
        self._places = places

    def try_end_authentication(self, context, proof, request):
        with self._places.place("user", sign_in="sign-in", client="192.0.2.1") as place:
            place.until(lambda: None, 60)
        return page()


class CountsDown(Sound):
    """Throws when data that was already dealt with comes again."""

    def __init__(self):
        self._seen = {}

    def try_end_authentication(self, context, proof, request):
        last = self._seen.get(context.context_id, -1)
        if context.data["tries"] <= last:
            raise RuntimeError("these data were used already")
        self._seen[context.context_id] = context.data["tries"]
        return super().try_end_authentication(context, proof, request)
