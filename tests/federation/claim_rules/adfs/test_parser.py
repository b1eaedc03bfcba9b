"""Rules in the language of AD FS: what is read out of them does what they say."""

from __future__ import annotations

import pytest
from support.claim_rules.rule_texts import (
    ACCOUNT,
    AT_ONCE,
    EXPIRES,
    EXPIRY,
    NAMED,
    OPAQUE,
    THE_FIVE,
    WINDOWS,
    XMLSOAP,
)
from support.clock import NOON

from idp.directory import User
from idp.federation.claim_rules.adfs import parser, printer
from idp.federation.claim_rules.directory_store import DirectoryStore
from idp.federation.claim_rules.engine import evaluate
from idp.federation.claim_rules.toml import reader
from idp.federation.claim_rules.toml.text import write_toml
from idp.federation.claims import Claim, identity_claims
from idp.saml.values import PERSISTENT, TRANSIENT

USER = User(
    upn="alice@example.test",
    display_name="Alice Archer",
    email="alice@mail.test",
    windows_account_name="EXAMPLE\\alice",
    groups=("S-1-5-21-1-2-3-1234", "AWS-Dev"),
    disabled=False,
    valid_from=NOON,
)
BROUGHT = (
    *identity_claims(USER),
    Claim("http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", "false"),
    Claim("http://schemas.microsoft.com/claims/authnmethodsreferences", "urn:push"),
)


AS_TOML = """[[claim_rules]]
name      = "LDAP"
directory = { emailaddress = "mail", upn = "userPrincipalName" }

[[claim_rules]]
when   = { claim = "emailaddress" }
issue  = "nameid"
value  = "{value}"
format = "emailAddress"
issuer = "{issuer}"

[[claim_rules]]
when  = { exists = "groupsid", value = "S-1-5-21-1-2-3-1234" }
issue = "role"
value = "admin"

[[claim_rules]]
when  = { claim = "insidecorporatenetwork", value = "false" }
issue = "authenticationmethod"
value = "http://schemas.microsoft.com/claims/multipleauthn"

[[claim_rules]]
pass = "authnmethodsreferences"
"""


def issued(text: str) -> list[tuple[str, str]]:
    outcome = evaluate(parser.read(text), BROUGHT, STORE)
    return [(claim.type, claim.value) for claim in outcome.claims]


def test_the_five_typical_rules_are_read_and_shown_as_toml():
    assert write_toml(parser.read(THE_FIVE)) == AS_TOML


def test_the_five_typical_rules_do_what_they_say():
    assert issued(THE_FIVE) == [
        (XMLSOAP + "emailaddress", "alice@mail.test"),
        (XMLSOAP + "upn", "alice@example.test"),
        (XMLSOAP + "nameidentifier", "alice@mail.test"),
        (WINDOWS + "role", "admin"),
        (WINDOWS + "authenticationmethod", "http://schemas.microsoft.com/claims/multipleauthn"),
        ("http://schemas.microsoft.com/claims/authnmethodsreferences", "urn:push"),
    ]


KIN = {
    "roles of Amazon": (
        ACCOUNT + ' => add(store = "active directory", types = ("http://temp/variable"),'
        ' query = "; tokenGroups ;{0}", param = c.Value);\n'
        'c:[Type == "http://temp/variable", Value =~ "(?i)^AWS-"] => issue(Type = "urn:role",'
        ' Value = RegExReplace(c.Value, "(?i)^AWS-", "arn:aws:iam::1:role/ADFS-"));',
        [("urn:role", "arn:aws:iam::1:role/ADFS-Dev")],
    ),
    "issuer of a domain": (
        f'c1:[Type == "{XMLSOAP}upn"] && c2:[Type == "{XMLSOAP}name"] => issue(Type = "issuerid",'
        ' value = regexreplace(C1.Value, ".+@(?<domain>.+)", "http://${domain}/") + c2.Value);',
        [("issuerid", "http://example.test/Alice Archer")],
    ),
    "NOT EXISTS in capitals, Value=~ without spaces": (
        'NOT EXISTS([Type=="none"]) && exists([Type=="http://schemas.xmlsoap.org/claims/Group",'
        'Value=~"^AWS"])=>issue(Type="t",Value="x");',
        [("t", "x")],
    ),
    "count": (
        'count([Type == "http://schemas.xmlsoap.org/claims/Group"]) >= 2'
        ' => issue(Type = "t", Value = "many");',
        [("t", "many")],
    ),
    "permit everyone": (
        '@RuleTemplate = "AllowAllAuthzRule"\n => issue(Type ='
        ' "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");',
        [("http://schemas.microsoft.com/authorization/claims/permit", "true")],
    ),
    "what the template for a transformation writes": (
        f'@RuleTemplate = "MapClaims"\n@RuleName = "Name"\nc:[Type == "{XMLSOAP}upn"]\n'
        ' => issue(Type = "t", Issuer = c.Issuer, OriginalIssuer = c.OriginalIssuer,'
        " Value = c.Value, ValueType = c.ValueType);",
        [("t", "alice@example.test")],
    ),
    "what the template for a group writes": (
        '@RuleTemplate = "EmitGroupClaims"\nc:[Type == "http://schemas.microsoft.com/ws/2008/06/'
        'identity/claims/groupsid", Value == "S-1-5-21-1-2-3-1234", Issuer == "AD AUTHORITY"]\n'
        ' => issue(Type = "t", Value = "Admins", Issuer = c.Issuer,'
        " OriginalIssuer = c.OriginalIssuer, ValueType = c.ValueType);",
        [("t", "Admins")],
    ),
    "all but some": (
        'c:[Type =~ "/upn$", Value != "a", Value != "b", ValueType =='
        ' "http://www.w3.org/2001/XMLSchema#string"] => issue(claim = c);',
        [(XMLSOAP + "upn", "alice@example.test")],
    ),
    "the first of two is passed on": (
        f'c1:[Type == "{XMLSOAP}upn"] && c2:[Type == "{XMLSOAP}name"] => issue(claim = c1);',
        [(XMLSOAP + "upn", "alice@example.test")],
    ),
    "who is asked for under a condition": (
        f'exists([Type == "{XMLSOAP}name"]) && {ACCOUNT} => issue(store = "Active Directory",'
        ' types = ("a", "b"), query = ";cn,telephoneNumber;{1}", param = "x", param = c.Value);',
        [("a", "Alice Archer")],
    ),
    "what Office 365 is told": (
        ACCOUNT + ' => issue(store = "Active Directory", types = ("urn:upn", "urn:id"), query ='
        ' "samAccountName={0};userPrincipalName,objectGUID;{1}", param = regexreplace(c.Value,'
        r' "(?<domain>[^\\]+)\\(?<user>.+)", "${user}"), param = c.Value);',
        [("urn:upn", "alice@example.test")],
    ),
    "a name for one session": (
        OPAQUE.format(kind="useEntropy") + NAMED.format(format=TRANSIENT),
        [(XMLSOAP + "nameidentifier", "t")],
    ),
    "a name for one application": (
        OPAQUE.format(kind="ppid") + NAMED.format(format=PERSISTENT),
        [(XMLSOAP + "nameidentifier", "p")],
    ),
    "an opaque id that is issued at once": (AT_ONCE, [("urn:ppid", "p")]),
    "an opaque NameID that is issued at once, for a group": (
        'exists([Type == "http://schemas.xmlsoap.org/claims/Group"]) && '
        + AT_ONCE.replace("urn:ppid", f"{XMLSOAP}nameidentifier")
        + 'exists([Type == "none"]) && '
        + AT_ONCE.replace("ppid", "useEntropy"),
        [(XMLSOAP + "nameidentifier", "p")],
    ),
    "an opaque id for one session, issued at once": (
        AT_ONCE.replace('"ppid"', '"useEntropy"'),
        [("urn:ppid", "t")],
    ),
    "a comma after the last test of a condition": (
        f'c:[Type == "{XMLSOAP}upn", ] && exists([Value =~ "a" ,]) => issue(claim = c);',
        [(XMLSOAP + "upn", "alice@example.test")],
    ),
    "when a password expires": (EXPIRY, []),
    "comments and nothing": ("/* nothing\n to see */ // here", []),
}


@pytest.mark.parametrize("name", KIN)
def test_the_variants_of_the_five_rules_do_what_they_say(name):
    text, expected = KIN[name]

    assert issued(text) == expected


STORE = DirectoryStore(USER, {PERSISTENT: "p", TRANSIENT: "t"}.get)


@pytest.mark.parametrize("text", [EXPIRY, AT_ONCE, "exists([])\n && " + EXPIRY])
def test_what_the_stores_of_ad_fs_give_is_written_back(text):
    rules = parser.read(text)
    toml = reader.read_toml(write_toml(rules))

    assert toml == rules
    assert parser.read(printer.write(rules)) == rules
    assert "PasswordExpiryStore" in printer.write(rules) or "_OpaqueIdStore" in printer.write(rules)


def test_a_password_expires_only_with_the_condition_that_ad_fs_needs():
    rules = reader.read_toml(
        f'[[claim_rules]]\ndirectory = {{ "{EXPIRES}changeurl" = "passwordchangeurl" }}'
    )

    assert f'c:[Type == "{EXPIRES}expirationtime"]' in printer.write(rules)
    assert "param = c.Value" in printer.write(rules)
