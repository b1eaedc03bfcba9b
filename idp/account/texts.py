"""What pages of ``/account/`` say of methods and outcomes; translated where they are shown."""

from __future__ import annotations

from adapter.entra_mfa import page
from adapter.errors import TallystickError, Unavailable
from idp.web.languages import ENGLISH
from idp.web.page_texts import gettext, mark, page_language

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
    **page.ERRORS,
    # outcome                sentence
    "app_upgrade_required":  mark("This Authenticator app is too old to enter a number. "
                                  "Upgrade it to the latest version, then try again."),
    "wearable_cannot_match": mark("A watch cannot enter a number. "
                                  "Use the Authenticator app on your phone."),
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
    "wrong_pass":            mark("That access pass is not right."),
    "wrong_pass_again":      mark("That access pass was not right."),
    "pass_expired":          mark("This access pass has expired. "
                                  "Ask your administrator for a new one."),
    "pass_not_valid_yet":    mark("This access pass does not work yet."),
    "pass_already_used":     mark("This access pass was used already. "
                                  "Ask your administrator for a new one."),
    "passes_locked":         mark("Too many access passes were wrong. Wait, then try again."),
    "bad_method_name":       mark("Give a name of 1 to 64 characters."),
    "unknown_token":         mark("There is no token with this serial number for you. "
                                  "Check the number, or contact your administrator."),
}  # fmt: skip
"""The sentence of each outcome that is not a success: those of AD FS's adapter, and our own."""

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

REFUSALS = {
    # code                      sentence
    "cannot_be_default":        mark("A passkey cannot be the method that is asked for first."),
    "csrf":                     mark("This form is too old, or not one of this browser. "
                                     "Begin again."),
    "foreign_origin":           mark("The form was sent by another site. Use the form here."),
    "passkeys_not_offered":     mark("Browsers have no passkeys at this address. "
                                     "Contact your administrator."),
    "registration_ended":       mark("This registration has ended. Begin again."),
    "registration_not_allowed": mark("You cannot add this method. Contact your administrator."),
    "reset_ended":              mark("This password reset has ended. Begin again."),
    "reset_off":                mark("Passwords cannot be reset here. "
                                     "Ask your administrator for a new one."),
    "too_many_methods":         mark("You have as many apps and hardware tokens as are allowed. "
                                     "Remove one first."),
    "too_many_resets":          mark("Too many password resets were begun from this address. "
                                     "Wait an hour, then try again."),
    "unknown_method":           mark("There is no such method, or it was removed."),
    "verification_ended":       mark("This page has ended, or was used already. Begin again."),
}  # fmt: skip
"""What a refusal means, by code, in languages other than English."""

OTHERWISE = mark(
    "This is not possible. If it happens again, give the Activity ID to your administrator."
)
TRY_LATER = mark("The service is not available. Try again in a few seconds.")


def refusal_sentence(error: TallystickError) -> str:
    """Return why a request is refused, in the language of the page; in English as *error* says."""
    if page_language().language == ENGLISH:
        return f"{error.problem}. {error.remedy}."
    otherwise = TRY_LATER if isinstance(error, Unavailable) else OTHERWISE
    return gettext(REFUSALS.get(error.code, otherwise))
