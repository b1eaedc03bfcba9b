"""The rules that every adapter keeps, and what to do about one that is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple


class Rule(NamedTuple):
    """One rule: what is true of every adapter, and what to do if it is not."""

    sentence: str
    remedy: str


RULES: Final = {
    # Loading.
    "made_without_arguments": Rule(
        "The class can be called without arguments.",
        "Take settings from the configuration in on_authentication_pipeline_load.",
    ),
    "has_every_member": Rule(
        "It has every member of adapter.contract.Adapter.",
        "Add what is missing; an adapter need not derive from anything.",
    ),
    "metadata_is_complete": Rule(
        "The metadata is an AdapterMetadata whose fields have their types and are not empty.",
        "Fill in the field.",
    ),
    "methods_are_uris": Rule(
        "Every authentication method is an absolute URI.",
        "Announce a method like http://schemas.microsoft.com/ws/2012/12/authmethod/otp.",
    ),
    "identity_claim_is_allowed": Rule(
        "The first identity claim is one of adapter.contract.IDENTITY_CLAIMS.",
        "Ask for UPN, WINDOWS_ACCOUNT_NAME, EMAIL_ADDRESS or PRIMARY_SID.",
    ),
    "languages_are_described": Rule(
        "Every language on offer has a friendly name and a description.",
        "Add the LCID to friendly_names and descriptions, or take it out of available_lcids.",
    ),
    "requires_identity": Rule(
        "It requires an identity: the user is known before a second factor is asked for.",
        "Set requires_identity to True.",
    ),
    "refuses_clearly": Rule(
        "Without a configuration it loads, or refuses with a sentence that says what it needs.",
        "Look at config.data first, and raise an error that tells the administrator what to give.",
    ),
    "loads": Rule(
        "It loads with the configuration that the kit was given.",
        "Correct the configuration, or give the kit one: config=…, or --config FILE.",
    ),
    "unloads": Rule(
        "It unloads without an error.",
        "Let on_authentication_pipeline_unload release what was taken, and nothing else.",
    ),
    # The sign-in.
    "availability_is_yes_or_no": Rule(
        "is_available_for_user answers True or False for every user, known or not.",
        "Return False for users that the factor is not for.",
    ),
    "is_for_the_user_given": Rule(
        "The factor is available for the user that the kit was given.",
        "Give the kit a user that the adapter knows: user=…, or --user NAME.",
    ),
    "begins_with_a_page": Rule(
        "begin_authentication returns a presentation.",
        "Return an AdapterForm, or an object with all members of AdapterPresentation.",
    ),
    "answers_every_post": Rule(
        "try_end_authentication answers every post by claims or a page, and never throws.",
        "Look fields up with properties.get, and show the page again for what is missing or odd.",
    ),
    "passes_only_with_proof": Rule(
        "Nothing but the right proof signs a user in.",
        "Return claims only after the proof was checked, and a page for everything else.",
    ),
    "takes_old_data": Rule(
        "Earlier data of the same sign-in is taken without an error: users go back and post again.",
        "Keep what must not be rewound in a store, and answer old data with a page.",
    ),
    "claims_are_announced": Rule(
        "The right proof gives a tuple of claims, one of them a method that was announced.",
        "Return (Claim(AUTHENTICATION_METHOD, …),) with a URI of authentication_methods.",
    ),
    "errors_have_a_page_or_none": Rule(
        "on_error returns a presentation or None, and never throws.",
        "Return None to leave the page to the host.",
    ),
    "explains_itself": Rule(
        "explain, where there is one, returns an Explanation of short texts after every step.",
        "Return Explanation(experience, reason, outcome, attempt).",
    ),
    "data_is_json": Rule(
        "context.data comes back from JSON as it was.",
        "Keep texts, numbers, lists and dictionaries with text keys; no tuples, bytes or objects.",
    ),
    "data_is_small": Rule(
        "context.data stays small: it travels in the page.",
        "Keep an identifier there, and the rest in a store.",
    ),
    "sign_ins_do_not_mix": Rule(
        "Two sign-ins never see each other's data, one after another or at once.",
        "Keep nothing of a sign-in on the adapter: one instance serves all users and threads.",
    ),
    # The page.
    "page_has_a_title": Rule(
        "The page has a title of plain text.", "Return it from page_title for every language."
    ),
    "page_is_a_fragment": Rule(
        "form_html is a fragment: the host's own page is around it.",
        "Leave out doctype, html, head, title and body.",
    ),
    "one_login_form": Rule(
        "The page has exactly one form, with id loginForm and method post.",
        'Write <form method="post" id="loginForm"> once.',
    ),
    "tokens_are_kept": Rule(
        "The form holds the hidden inputs AuthMethod and Context, once each, with their tokens.",
        'Write <input id="authMethod" type="hidden" name="AuthMethod" value="%AuthMethod%" /> and '
        '<input id="context" type="hidden" name="Context" value="%Context%" />.',
    ),
    "posts_to_the_host": Rule(
        "The form posts to the page it is on, or to %Action%.",
        'Leave action and formaction out, or write action="%Action%".',
    ),
    "inputs_have_names": Rule(
        "Every input has a name: clients give up at one without.", "Add the name."
    ),
    "ids_are_unique": Rule(
        "Every id is there once, and none is the host's own.", "Choose another id."
    ),
    "nothing_inline": Rule(
        "No script or style stands in the page: the host's Content-Security-Policy forbids it.",
        "Put it in a file of the folder static, and name that in scripts or stylesheets.",
    ),
    "nothing_from_elsewhere": Rule(
        "The page embeds nothing: no frame, no link, no image of another site.",
        "Put the file in the folder static, or an image into a data: address.",
    ),
    "files_are_there": Rule(
        "Every stylesheet and script that is named lies in static, beside the adapter's module.",
        "Put the adapter in a package with a folder static, and name .css and .js files in it.",
    ),
}
"""All rules by their codes, which never change; docs/adapters.md lists them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that an adapter breaks, and what the kit saw."""

    rule: str
    seen: str

    @property
    def sentence(self) -> str:
        """The sentence of the rule."""
        return RULES[self.rule].sentence

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return RULES[self.rule].remedy

    def __str__(self) -> str:
        return f"{self.rule}: {self.sentence} Seen: {self.seen}. {self.remedy}"


class Findings:
    """Findings in the order in which they were seen, each of them once."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def add(self, rule: str, seen: str) -> None:
        """Add that *rule* is broken, with a description of what was seen."""
        self._found.setdefault(Finding(rule, " ".join(seen.split()).rstrip(".")))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found)


def one_line(error: BaseException) -> str:
    """Return an exception as one short line."""
    return f"{type(error).__name__}: {error}"[:200]
