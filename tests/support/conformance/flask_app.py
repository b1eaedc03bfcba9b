"""A service provider in Python, in an environment of its own: ``python flask_app.py LIBRARY``.

Its first line of input holds the settings as JSON; it writes a line when it listens, and ends with
its input. Pages: /login, /acs, /slo, and /me, which says who is signed in. What the library does is
here as the library's own documentation writes it.
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
from importlib import import_module
from pathlib import Path

from flask import Flask, make_response, redirect, request
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).parent))
COOKIE = "session"


def make_app(library) -> Flask:
    """Return the pages over *library*, which has ``login``, ``accept`` and ``log_out``."""
    app, visitors = Flask("sp"), {}

    def visitor() -> dict:
        return visitors.setdefault(request.cookies.get(COOKIE, ""), {})

    @app.get("/login")
    def login():
        session = secrets.token_urlsafe(16)
        visitors[session] = {}
        answer = redirect(library.login(request, visitors[session]))
        answer.set_cookie(COOKIE, session)
        return answer

    @app.route("/acs", methods=["GET", "POST"])
    def acs():
        try:
            visitor()["user"] = library.accept(request, visitor())
        except Exception as error:  # libraries refuse by exceptions of many types
            return make_response(f"Refused: {type(error).__name__}: {error}", 403)
        return redirect("/me", 303)

    @app.get("/me")
    def me():
        if "user" not in visitor():
            return make_response("Nobody is signed in.", 401)
        return f"Signed in as {visitor()['user']}."

    @app.get("/slo")
    def slo():
        try:
            is_out = library.log_out(request, visitor())
        except Exception as error:  # likewise
            return make_response(f"Refused: {type(error).__name__}: {error}", 403)
        if is_out:
            visitors.pop(request.cookies.get(COOKIE, ""), None)
        return "Signed out." if is_out else make_response("Still signed in.", 403)

    return app


def main() -> None:
    """Serve until the end of the input."""
    settings = json.loads(sys.stdin.readline())
    library = import_module(sys.argv[1]).Library(settings)
    server = make_server("127.0.0.1", settings["port"], make_app(library), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
