"""Adapters that show what the host does, or let something happen while it waits for them."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from support.adapters.odd_adapters import FORM, METHOD, SAYS, Good, Thrown, metadata, page, passed
from support.nets import NET_SECONDS

from adapter import contract
from adapter.entra_mfa import AzureMfaAuthentication


class Hangs(Good):
    """Comes back from a post only when it is let go."""

    entered = threading.Semaphore(0)
    let_go = threading.Event()

    def answer(self, context):
        self.entered.release()
        self.let_go.wait(NET_SECONDS)
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
            raise Thrown(SAYS)
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


class Sends(Good):
    """Sends a message at the begin of each sign-in, unless it rehearses."""

    sent: list[str] = []  # noqa: RUF012 - of all instances, so that a test can look at it
    rehearses = False

    def rehearse(self):
        self.rehearses = True

    def begin_authentication(self, identity_claim, request, context):
        if not self.rehearses:
            self.sent.append(identity_claim.value)
        return super().begin_authentication(identity_claim, request, context)
