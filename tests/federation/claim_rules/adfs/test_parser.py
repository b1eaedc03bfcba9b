from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clock import NOON

from idp.directory import User
from idp.federation.claim_rules.adfs import parser, printer
from idp.federation.claim_rules.adfs.lexer import UnreadableRule
from idp.federation.claim_rules.directory_store import DirectoryStore
from idp.federation.claim_rules.engine import evaluate
from idp.federation.claim_rules.toml import reader
from idp.federation.claim_rules.toml.text import write_toml
from idp.federation.claims import Claim, identity_claims
from idp.saml.values import PERSISTENT, TRANSIENT

ACCOUNT = 'c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"]'

AT_ONCE = (
    ACCOUNT.replace("]", ', Issuer == "AD AUTHORITY"]') + ' => issue(store = "_OpaqueIdStore",'
    ' types = ("urn:ppid"), query = "{0};{1};{2}", param = "ppid", param = c.Value,'
    " param = c.OriginalIssuer);\n"
)
EXPIRES = "http://schemas.microsoft.com/ws/2012/01/password"
EXPIRY = (
    f'c1:[Type == "{EXPIRES}expirationtime"]\n => issue(store = "_PasswordExpiryStore", types = '
    f'("{EXPIRES}expirationtime", "{EXPIRES}expirationdays", "{EXPIRES}changeurl"),'
    ' query = "{0};", param = c1.Value);\n'
)

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
XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
WINDOWS = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"

THE_FIVE = r"""
@RuleTemplate = "LdapClaims"  @RuleName = "LDAP"
c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname", Issuer == "AD AUTHORITY"]
 => issue(store = "Active Directory", types = ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"), query = ";mail,userPrincipalName;{0}", param = c.Value);

c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"]
 => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Issuer = c.Issuer, Value = c.Value,
    Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress");

exists([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-21-1-2-3-1234"])
 => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", Value = "admin");

c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "false"]
 => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod",
    Value = "http://schemas.microsoft.com/claims/multipleauthn");            // MFA from outside

c:[Type == "http://schemas.microsoft.com/claims/authnmethodsreferences"] => issue(claim = c);   // tell the RP how
"""  # noqa: E501 - as they are found

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


ACCOUNT = 'c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"]'

OPAQUE = (
    ACCOUNT.replace("c:", "c1:") + f' && c2:[Type == "{WINDOWS}authenticationinstant"]'
    ' => add(store = "_OpaqueIdStore", types = ("t"), query = "{{0}};{{1}};{{2}};{{3}};{{4}}",'
    ' param = "{kind}", param = c1.Value, param = c1.OriginalIssuer, param = "",'
    " param = c2.Value);\n"
)
NAMED = (
    f'c:[Type == "t"] => issue(Type = "{XMLSOAP}nameidentifier", Issuer = c.Issuer,'
    ' Value = c.Value, Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/'
    'claimproperties/format"] = "{format}");'
)

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


SEARCH = ACCOUNT + ' => issue(store = "Active Directory", types = ("a"), query = "samAccountName='
GOOD = 'c:[Type == "a"] => issue(claim = c);\n'
CANNOT = [
    (GOOD + "c:[Type == “a”]", "Line 2, column 12: There is a “"),
    (GOOD + '  c:[Type == "a]', "Line 2, column 14: A text has no end"),
    ("/* x", "Line 1, column 1: A comment has no end"),
    ("c:[Type == 'a'] => issue(claim = c);", "Line 1, column 12: \"'\" does not exist"),
    ('c:[Kind == "a"] => issue(claim = c);', "column 4: Found Kind where Type, Value"),
    ('c:[Type = "a"] => issue(claim = c);', "column 9: Found = where ==, !="),
    ("c:[Type == a] => issue(claim = c);", "column 12: Found a where a text"),
    ('c:[Type == "a" Value == "b"] => issue(claim = c);', "column 16: Found Value where ,"),
    ('c:[Type == "a"] => issue(claim = d);', "column 34: No condition of the rule is called d"),
    ('c:[Type == "a"] => issue(claim = c)', "column 36: Found the end where ; was expected"),
    ('c:[Type == "a"] => send(claim = c);', "column 20: Found send where issue or add"),
    ('c:[Type == "a"] issue(claim = c);', "column 17: Found issue where && was expected"),
    ('c:[] && c:[] => issue(claim = c);', "column 9: c is the name of an earlier condition"),
    ('c:[Value =~ "("] => issue(claim = c);', "column 13: The pattern '(' is"),
    ('c:[Value =~ "(?=a)"] => issue(claim = c);', "column 13: The pattern"),
    ('c:[Value == "a", Value == "b"] => issue(claim = c);', "column 3: A condition compares"),
    ('c:[ValueType == "x"] => issue(claim = c);', "column 4: All values are strings"),
    ('count([]) ~ 2 => issue(Type = "a", Value = "b");', "column 11: '~' does not exist"),
    ('count([]) == x => issue(Type = "a", Value = "b");', "column 14: Found x where a number"),
    ('=> issue(Type = "a");', "column 10: A claim is issued without Type or Value"),
    ('=> issue(Type = "a", Type = "b", Value = "c");', "column 22: Type is given twice"),
    ('=> issue();', "column 10: Found )"),
    ('c:[] => issue(Type = "a", Value = RegexReplace(c.Type, "[", ""));', "column 56: The pattern"),
    ('c:[] => issue(Type = "a", Value = c.Kind);', "column 37: Found Kind"),
    ('=> issue(Type = "a", Value = "\x01");', "Line 1, column 1: A text in a rule"),
    (ACCOUNT + ' => issue(store = "SQL", types = ("a"), query = ";mail;{0}", param = c.Value);',
     'There is no store "SQL"'),
    (ACCOUNT + ' => issue(store = "Active Directory", types = ("a"), query = "(cn={0});mail;{0}",'
     " param = c.Value);", "is not understood"),
    (SEARCH + '{0};mail;{1}",'
     ' param = "root", param = c.Value);', "is not understood"),
    (SEARCH + '{0};mail;{1}",'
     ' param = RegexReplace(c.Value, ".*", "root"), param = c.Value);', "is not understood"),
    (SEARCH + '{0};mail;{1}", param = RegexReplace(c.Value, ".*", "' + "x" * 9000 + '"),'
     ' param = c.Value);', "is not understood"),
    (SEARCH + '{2};mail;{0}",'
     ' param = c.Value);', "is not understood"),
    (ACCOUNT + ' => issue(store = "Active Directory", types = ("a"), query = ";mail,cn;{0}",'
     " param = c.Value);", "The query has 2 attributes, but types has 1"),
    (ACCOUNT + ' => issue(store = "Active Directory", types = ("a"), query = ";mail;{1}",'
     " param = c.Value);", "There is no param for {1}"),
    ('c:[Type == "manager"] => issue(store = "Active Directory", types = ("a"),'
     ' query = ";mail;{0}", param = c.Value);', "only be queried for the user"),
    (OPAQUE.format(kind="other"), "There is no such kind of opaque id"),
    (AT_ONCE.replace('("urn:ppid")', '("a", "b")'), "An opaque id is issued as one claim"),
    (AT_ONCE.replace("ppid", "other"), "There is no such kind of opaque id"),
    (EXPIRY.replace("passwordchangeurl", "colour"), "has no 'http://schemas.microsoft.com"),
    ('c:[, Type == "a"] => issue(claim = c);', "column 4: Found ,"),
    ('c:[Type == "a",,] => issue(claim = c);', "column 16: Found ,"),
    ('c:[Type == "a"] => issue(Type = "a", Value = "b",);', "Found )"),
    ('exists([Type == "g"]) && ' + OPAQUE.format(kind="ppid"),
     "an opaque id does something else as well"),
    (OPAQUE.format(kind="ppid") + NAMED.format(format=TRANSIENT),
     "can only be issued as a claim of its format"),
    (OPAQUE.format(kind="ppid") + 'c:[Type == "t"] => issue(Type = "a", Value = c.Value);',
     "can only be issued as a claim of its format"),
    (OPAQUE.format(kind="ppid") + 'c:[Type == "t"] => issue(claim = c);',
     "only be issued as a claim of its format"),
    ('=> issue(Type = "a", Value = ' + "RegexReplace(" * 20, "RegexReplace is nested more than"),
    (GOOD * 201, "Line 201, column 1: There are more than 200 rules"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), CANNOT)
def test_a_syntax_error_is_reported_with_its_place(text, problem):
    with pytest.raises(UnreadableRule) as caught:
        parser.read(text)

    assert problem in str(caught.value)


STORE = DirectoryStore(USER, {PERSISTENT: "p", TRANSIENT: "t"}.get)


_PIECES = [*re.findall(r'"[^"]*"|\w+|\W', THE_FIVE), '"', "“", "/*", "//", "(", "=>", "\x00"]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(_PIECES), max_size=60).map("".join) | st.text(max_size=40))
def test_garbage_is_unreadable_and_nothing_else(text):
    try:
        parser.read(text)
    except UnreadableRule as fault:
        named = fault
    else:
        return
    assert 1 <= named.line <= text.count("\n") + 1
    assert named.column >= 1


@pytest.mark.parametrize("piece", ["(", "[", '"', "/*", "c:[", "not exists(", "@a = ", "&& ", "{"])
def test_long_garbage_is_read_once(piece):
    with pytest.raises(UnreadableRule):
        parser.read(piece * (190_000 // len(piece)))


def test_more_text_than_anybody_writes_is_not_read():
    with pytest.raises(UnreadableRule, match="more than 200000"):
        parser.read(" " * 200_001)


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
