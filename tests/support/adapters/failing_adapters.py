"""Adapters that fail below their own code, or say in their error what must stand in no log."""

from __future__ import annotations

import json

from support.adapters.odd_adapters import Good, Thrown, page


class FailsBelow(Good):
    """Raises in Python's library, which it has called with what no library can read."""

    def begin_authentication(self, identity_claim, request, context):
        return self._ask_gateway()

    def _ask_gateway(self):
        return json.loads("{")  # the line that the log names


class FailsForAReason(Good):
    """Raises because something else was raised."""

    def begin_authentication(self, identity_claim, request, context):
        try:
            raise Thrown("No route\x1b[31m\nto the gateway\u202e")
        except Thrown as error:
            raise RuntimeError("x" * 1000) from error


class SaysTooMuch(Good):
    """Puts into its error what it was posted, what it remembers and how it is configured."""

    def begin_authentication(self, identity_claim, request, context):
        context.data["code"] = 479_113
        return page()

    def try_end_authentication(self, context, proof, request):
        answer = proof.properties["Answer"]
        raise Thrown(
            f"No {answer!r} in {context.data!r}, {self.config!r}, {answer.upper()}, step 47 of 5"
        )


class SaysTooMuchWhenItLoads(Good):
    def on_authentication_pipeline_load(self, config):
        raise Thrown(f"Cannot read {config.data!r}")
