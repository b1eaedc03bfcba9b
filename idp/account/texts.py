"""What pages of ``/account/`` say of methods and outcomes; translated where they are shown."""

from __future__ import annotations

from idp.web.page_texts import mark

TITLES = {
    # kind, or app of a source of codes
    "push":               mark("Authenticator app"),
    "totp":               mark("One-time codes"),
    "authenticator_code": mark("Codes of the Authenticator app"),
    "code_app":           mark("Codes of another app"),
    "hardware_token":     mark("Hardware token"),
    "passkey":            mark("Passkey"),
    "access_pass":        mark("Temporary access pass"),
}  # fmt: skip
"""The title of each kind of method."""

ERRORS = {
    # outcome                sentence
    "denied":                mark("The request was denied on the phone."),
    "denied_and_reported":   mark("The request was denied on the phone and reported."),
    "wrong_number":          mark("The number typed on the phone was not the one shown here."),
    "no_answer":             mark("There was no answer from the phone in time."),
    "replaced":              mark("A newer request was sent to the phone. This one has ended."),
    "already_collected":     mark("This request was used already."),
    "push_limit":            mark("Too many requests to your phone were not answered. "
                                  "Wait ten minutes, then try again."),
    "user_reported_suspicious_activity":
                             mark("No request was sent, because one to this account was reported. "
                                  "Use a code, or ask your administrator to allow them again."),
    "app_upgrade_required":  mark("This Authenticator app is too old to enter a number. "
                                  "Upgrade it to the latest version, then try again."),
    "wearable_cannot_match": mark("A watch cannot enter a number. "
                                  "Use the Authenticator app on your phone."),
    "push_not_enabled":      mark("Requests to the Authenticator app are not switched on for you. "
                                  "Contact your administrator."),
    "code_not_enabled":      mark("Codes are not switched on for you. Contact your administrator."),
    "no_method_allowed":     mark("None of your methods is switched on for you. "
                                  "Contact your administrator."),
    "passkey_exists":        mark("This passkey was added already."),
    "passkey_expired":       mark("That took too long, or the page was not the newest one. "
                                  "Try again."),
    "passkey_invalid":       mark("The passkey was not accepted. Try again."),
    "passkey_used":          mark("The passkey was not accepted. Try again."),
    "passkey_unknown":       mark("This passkey is not one of yours here, or not any more."),
    "passkey_copied":        mark("There is a copy of this passkey. Use another method, "
                                  "and remove the passkey."),
    "passkey_not_allowed":   mark("Passkeys are not switched on for you. "
                                  "Contact your administrator."),
    "wrong_code":            mark("That code is not right. Enter the code that is shown now."),
    "wrong_code_again":      mark("That code was not right. Enter the code that is shown now."),
    "code_already_used":     mark("That code was used already. Wait for the next one."),
    "wrong_pass":            mark("That access pass is not right."),
    "wrong_pass_again":      mark("That access pass was not right."),
    "pass_expired":          mark("This access pass has expired. "
                                  "Ask your administrator for a new one."),
    "pass_not_valid_yet":    mark("This access pass does not work yet."),
    "pass_already_used":     mark("This access pass was used already. "
                                  "Ask your administrator for a new one."),
    "passes_locked":         mark("Too many access passes were wrong. Wait, then try again."),
    "user_blocked":          mark("Your account is blocked from every second proof. "
                                  "Contact your administrator."),
    "bad_method_name":       mark("Give a name of 1 to 64 characters."),
    "unknown_token":         mark("There is no token with this serial number for you. "
                                  "Check the number, or contact your administrator."),
    "codes_locked":          mark("Too many codes were wrong. Wait, then try again."),
}  # fmt: skip
"""The sentence of each outcome that is not a success."""

NEW_PASSWORD = {
    # code                     sentence
    "new_passwords_differ":    mark("The two new passwords are different. "
                                    "Type the same one twice."),
    "new_password_length":     mark("The new password must have 8 to 256 characters."),
    "new_password_too_simple": mark("The new password needs three kinds of characters: see below."),
    "new_password_has_name":   mark("The new password must not contain your name."),
    "new_password_common":     mark("Too many people use this password, or one like it. "
                                    "Choose another."),
}  # fmt: skip
"""What is wrong with a new password, by code."""
