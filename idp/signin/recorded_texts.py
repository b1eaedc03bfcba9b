"""What the flight recorder says of a proof that failed: what is wrong, and what to do about it."""

from __future__ import annotations

Texts = dict[str, tuple[str, str]]

PASSWORD_FAILURES: Texts = {
    # code                  (what is wrong, what to do)
    "unknown_user":         ("There is no user of this name",
                             "Check the name: tallystick user list"),
    "wrong_password":       ("The password is wrong",
                             "Try again, or set another one: tallystick user passwd NAME"),
    "locked":               ("The account is locked by wrong passwords",
                             "Wait, or unlock it: tallystick user unlock NAME"),
    "disabled":             ("The account is disabled",
                             "Enable it: tallystick user enable NAME"),
    "password_refused":     ("The password cannot be one of this directory",
                             "Type one of 1 to 256 characters"),
    "must_change_password": ("The password is right, but has to be changed first",
                             "Change it on the page that is shown"),
    "":                     ("The password was not accepted",
                             "The code says why: docs/passwords.md"),
}  # fmt: skip

FACTOR_ENDS: Texts = {
    # code                  (what is wrong, what to do)
    "denied":               ("The user denied the request on the phone",
                             "Sign in again, and approve"),
    "denied_and_reported":  ("The user denied the request on the phone and reported it",
                             "Ask the user; then tallystick user dismiss-risk NAME"),
    "wrong_number":         ("The number entered on the phone is not the one on the page",
                             "Sign in again, and enter the number that the page shows"),
    "no_answer":            ("The phone did not answer in time",
                             "Answer within a minute; see that the phone reaches this server"),
    "wrong_code":           ("The code is wrong",
                             "Type the one that is shown now; see that the phone's clock is right"),
    "code_already_used":    ("The code was used already",
                             "Wait for the next one"),
    "codes_locked":         ("Too many codes were wrong",
                             "Wait, or unlock the account: tallystick user unlock NAME"),
    "push_limit":           ("Too many requests to the phone were not answered",
                             "Wait ten minutes, or answer the requests"),
    "app_upgrade_required": ("The Authenticator app is too old to enter a number",
                             "Upgrade the app, or use a code"),
    "push_not_enabled":     ("No policy allows requests to the phone for this user",
                             "See tallystick policy show"),
    "method_not_available": ("No enabled adapter has anything that the user has registered",
                             "Register a phone or a code: tallystick user activate NAME"),
    "no_strong_authentication_method":
                            ("No adapter is enabled",
                             "Enable one: tallystick adapters enable NAME"),
    "adapter_error":        ("The adapter failed",
                             "Search the log for adapter_error with this Activity ID"),
    "":                     ("The second factor was not passed",
                             "The code says why: docs/log.md, How a second factor ends"),
}  # fmt: skip
