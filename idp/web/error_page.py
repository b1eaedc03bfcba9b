"""The page of an HTTP error that no host has a page for: the sister of the sign-in's error page."""

from __future__ import annotations

from html import escape

SENTENCES = {
    # status  what the user can do
    404:      "There is nothing at this address. Check it, or start again at the application.",
    405:      "This address cannot be used in this way. Start again at the application.",
    413:      "The request is too large for this server. Send less.",
}  # fmt: skip
OTHERWISE = "The server did not understand the request. Start again at the application."
OUR_FAULT = "Something went wrong on this server. Try again in a moment."

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{status} {name}</title>
<link rel="icon" href="/static/icon.svg">
<link rel="stylesheet" href="/static/tallystick.css">
<script type="module" src="/static/error.js"></script>
</head>
<body>
<main id="workArea" class="card">
<h1 id="openingMessage">{name}</h1>
<p id="errorMessage" role="alert">{sentence}</p>
<div class="buttons">
<a id="back" class="button main" href="/">Start page</a>
<button id="goBack" type="button" hidden>Go back</button>
</div>
<div class="copied">
<p>If you ask for help, give this Activity ID:</p>
<p><code id="activityId" tabindex="0">{activity_id}</code>
<button id="copy" type="button" data-done="Copied" hidden>Copy</button></p>
</div>
<details>
<summary>Error details</summary>
<dl class="details"><dt>Error</dt><dd id="errorCode">http_{status}: {name}</dd></dl>
</details>
</main>
</body>
</html>
"""


def http_error_page(status: int, name: str, activity_id: str) -> str:
    """Return the page of a *status* and its *name* ("Not Found"), as HTML."""
    sentence = OUR_FAULT if status >= 500 else SENTENCES.get(status, OTHERWISE)
    return _PAGE.format(
        status=status, name=escape(name), sentence=sentence, activity_id=escape(activity_id)
    )
