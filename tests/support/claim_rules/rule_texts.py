"""Rules in the language of AD FS as they are found in the field, for several tests."""

from __future__ import annotations

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
