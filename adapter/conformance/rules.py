"""The rules of the contract, each with a sentence, and a remedy for an adapter that breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple


class Rule(NamedTuple):
    """One rule: a sentence that is true of every adapter, and what to do if it is not."""

    sentence: str
    remedy: str


RULES: Final = {
    # Loading.
    "made_without_arguments": Rule(
        "The class can be called without arguments.",
        "Take settings from the configuration in on_authentication_pipeline_load.",
    ),
    "has_every_member": Rule(
        "The adapter has every member of adapter.contract.Adapter.",
        "Add the missing members; an adapter need not derive from anything.",
    ),
    "metadata_is_complete": Rule(
        "The metadata is an AdapterMetadata whose fields have their types and are not empty.",
        "Fill in the field, with a value of its type.",
    ),
    "methods_are_uris": Rule(
        "Every authentication method is an absolute URI.",
        "Use a URI like http://schemas.microsoft.com/ws/2012/12/authmethod/otp.",
    ),
    "identity_claim_is_allowed": Rule(
        "The first identity claim is one of adapter.contract.IDENTITY_CLAIMS.",
        "Put UPN, WINDOWS_ACCOUNT_NAME, EMAIL_ADDRESS or PRIMARY_SID first.",
    ),
    "languages_are_described": Rule(
        "Every LCID in available_lcids has a friendly name and a description.",
        "Add the LCID to friendly_names and descriptions, or remove it from available_lcids.",
    ),
    "requires_identity": Rule(
        "The adapter requires an identity: only known users are asked for a second factor.",
        "Set requires_identity to True.",
    ),
    "rehearses": Rule(
        "If the adapter has rehearse, it can be called before the adapter is loaded.",
        "Only note there that nothing is to be sent, and look at the note where you send.",
    ),
    "refuses_clearly": Rule(
        "Without a configuration the adapter loads, or raises an error that says what it needs.",
        "Check config.data first, and raise an error that tells administrators what to configure.",
    ),
    "loads": Rule(
        "The adapter loads with the configuration that the kit was given.",
        "Correct the configuration, or give the kit one: config=…, or --config FILE.",
    ),
    "unloads": Rule(
        "The adapter unloads without an error.",
        "In on_authentication_pipeline_unload, release what the adapter opened, and nothing else.",
    ),
    # The sign-in.
    "availability_is_yes_or_no": Rule(
        "is_available_for_user returns True or False for every user, known or not.",
        "Return False for a user who cannot use the factor.",
    ),
    "is_for_the_user_given": Rule(
        "The factor is available for the user that the kit was given.",
        "Give the kit a user that the adapter knows: user=…, or --user NAME.",
    ),
    "begins_with_a_page": Rule(
        "begin_authentication returns a page (AdapterPresentation).",
        "Return an AdapterForm, or an object with all members of AdapterPresentation.",
    ),
    "answers_every_post": Rule(
        "try_end_authentication returns claims or a page for every post, and never raises.",
        "Read fields with properties.get, and show the page again if one is missing or unexpected.",
    ),
    "passes_only_with_proof": Rule(
        "Only the right proof signs a user in.",
        "Return claims only after checking the proof, and a page in every other case.",
    ),
    "takes_old_data": Rule(
        "Earlier data of the same sign-in causes no error: users go back and post again.",
        "Keep what must not be rewound in a store, and answer earlier data with a page.",
    ),
    "claims_are_announced": Rule(
        "The right proof returns a tuple of claims, one of them a method that the metadata lists.",
        "Return (Claim(AUTHENTICATION_METHOD, …),) with a URI of authentication_methods.",
    ),
    "errors_have_a_page_or_none": Rule(
        "on_error returns a page (AdapterPresentation) or None, and never raises.",
        "Return None if the host shall show its own page.",
    ),
    "explains_itself": Rule(
        "If the adapter has explain, it returns an Explanation of short texts after every step.",
        "Return Explanation(experience, reason, outcome, attempt).",
    ),
    "has_a_page_without_a_place": Rule(
        "If no waiting place is free, the adapter answers a post with a page.",
        "Catch NoWaitingPlace, and show a page that says to try again later.",
    ),
    "data_is_json": Rule(
        "context.data is the same after it was written as JSON and read again.",
        "Use texts, numbers, lists and dictionaries with text keys; no tuples, bytes or objects.",
    ),
    "data_is_small": Rule(
        "context.data stays small, because the page contains it.",
        "Keep an identifier in it, and everything else in a store.",
    ),
    "sign_ins_do_not_mix": Rule(
        "No sign-in sees the data of another, one after the other or at the same time.",
        "Keep no data of a sign-in on the adapter: one instance serves all users and threads.",
    ),
    # The page.
    "page_has_a_title": Rule(
        "The page has a plain-text title.", "Return a title from page_title for every language."
    ),
    "page_is_a_fragment": Rule(
        "form_html is a fragment, which the host puts into its own page.",
        "Leave out doctype, html, head, title and body.",
    ),
    "one_login_form": Rule(
        "The page has exactly one form, with id loginForm and method post.",
        'Write <form method="post" id="loginForm"> exactly once.',
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
        "Every input has a name: some clients fail on an input without one.", "Add a name."
    ),
    "ids_are_unique": Rule(
        "Every id occurs once, and the host's page uses none of them.", "Choose another id."
    ),
    "nothing_inline": Rule(
        "The page has no inline script or style: the host's Content-Security-Policy forbids it.",
        "Put it into a file in the folder static, and name that file in scripts or stylesheets.",
    ),
    "nothing_from_elsewhere": Rule(
        "The page embeds nothing and loads no file of another site: no frame, link or image.",
        "Put the file into the folder static, or an image into a data: address.",
    ),
    "files_are_there": Rule(
        "Every stylesheet and script that the page names is in static, beside the adapter module.",
        "Put the adapter into a package with a folder static, and name .css and .js files in it.",
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
        """The remedy of the rule."""
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
