"""What a requested authentication context demands of the sign-in, and what it is answered with."""

from __future__ import annotations

import pytest

from idp.saml import uris
from idp.saml.contexts import (
    MULTIPLE_AUTHN,
    ORDER,
    PASSWORD,
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    REFEDS_PHISHING_RESISTANT,
    UNSPECIFIED,
    OfferedMethods,
    RequiredFactors,
    answered_context,
    resolve_requested_context,
)
from idp.saml.refusal import Refused

PPT = PASSWORD_PROTECTED_TRANSPORT
PASSWORD_WILL_DO = RequiredFactors({PPT: PPT})
PASSWORD_BY_THAT_NAME = RequiredFactors({PPT: PASSWORD})
SECOND_FACTOR = RequiredFactors({PPT: MULTIPLE_AUTHN}, second_factor=True)
REFEDS = RequiredFactors({PPT: REFEDS_MFA}, second_factor=True)
CODE = "http://schemas.microsoft.com/ws/2012/12/authmethod/otp"
BY_CODE = RequiredFactors({PPT: CODE}, second_factor=True, method=CODE)
TLS_CLIENT, KERBEROS = ORDER[2], ORDER[-1]


def resolve(*requested, comparison="exact"):
    offered = OfferedMethods((PPT,), {CODE}.__contains__)
    return resolve_requested_context(requested, comparison, offered=offered)


def test_the_order_is_ad_fss_weakest_first():
    assert [name.rpartition(":")[2] for name in ORDER] == [
        "Password",
        "PasswordProtectedTransport",
        "TLSClient",
        "X509",
        "windows",
        "Kerberos",
    ]


@pytest.mark.parametrize("comparison", ["exact", "minimum", "maximum", "better"])
def test_without_classes_nothing_is_demanded(comparison):
    assert resolve(comparison=comparison) == PASSWORD_WILL_DO
    assert resolve(UNSPECIFIED, comparison=comparison) == PASSWORD_WILL_DO


MET = [
    # comparison  requested                         demands
    ("exact",     (PPT,),                           PASSWORD_WILL_DO),
    ("exact",     (PASSWORD,),                      PASSWORD_BY_THAT_NAME),
    ("exact",     (KERBEROS, PPT),                  PASSWORD_WILL_DO),
    ("exact",     (PASSWORD, PPT),                  PASSWORD_BY_THAT_NAME),
    ("exact",     (PPT, PASSWORD),                  PASSWORD_WILL_DO),
    ("minimum",   (PASSWORD,),                      PASSWORD_WILL_DO),
    ("minimum",   (PPT,),                           PASSWORD_WILL_DO),
    ("minimum",   (KERBEROS, PASSWORD),             PASSWORD_WILL_DO),
    ("maximum",   (PASSWORD,),                      PASSWORD_BY_THAT_NAME),
    ("maximum",   (PPT,),                           PASSWORD_WILL_DO),
    ("maximum",   (TLS_CLIENT,),                    PASSWORD_WILL_DO),
    ("maximum",   (KERBEROS, MULTIPLE_AUTHN),       PASSWORD_WILL_DO),
    ("better",    (PASSWORD,),                      PASSWORD_WILL_DO),
    ("better",    (UNSPECIFIED, PASSWORD),          PASSWORD_WILL_DO),
]  # fmt: skip


@pytest.mark.parametrize(("comparison", "requested", "demand"), MET)
def test_a_password_compares_with_the_other_classes_by_their_order(comparison, requested, demand):
    assert resolve(*requested, comparison=comparison) == demand


@pytest.mark.parametrize("comparison", ["exact", "minimum", "maximum"])
@pytest.mark.parametrize(
    ("requested", "demand"),
    [
        ((MULTIPLE_AUTHN,), SECOND_FACTOR),
        ((REFEDS_MFA,), REFEDS),
        ((REFEDS_MFA, MULTIPLE_AUTHN), REFEDS),
        ((MULTIPLE_AUTHN, PPT), SECOND_FACTOR),
        ((PPT, MULTIPLE_AUTHN), PASSWORD_WILL_DO),
        ((UNSPECIFIED, MULTIPLE_AUTHN), PASSWORD_WILL_DO),
        (("urn:nobody", MULTIPLE_AUTHN), SECOND_FACTOR),
        ((CODE,), BY_CODE),
        (("urn:nobody", CODE, PPT), BY_CODE),
    ],
)
def test_the_first_class_that_can_be_met_decides(requested, demand, comparison):
    assert resolve(*requested, comparison=comparison) == demand


@pytest.mark.parametrize(
    ("comparison", "requested"),
    [
        ("exact", (KERBEROS,)),
        ("exact", ("https" + MULTIPLE_AUTHN[4:],)),
        ("exact", (MULTIPLE_AUTHN.upper(),)),
        ("exact", (CODE.upper(),)),
        ("exact", (REFEDS_MFA + "/",)),
        ("exact", ("",)),
        ("minimum", (TLS_CLIENT,)),
        ("minimum", (KERBEROS, "urn:nobody")),
        ("maximum", ("urn:nobody",)),
        ("better", (PPT,)),
        ("better", (PASSWORD, PPT)),
        ("better", (MULTIPLE_AUTHN,)),
        ("better", (CODE,)),
        ("better", (PASSWORD, "urn:nobody")),
        ("better", (UNSPECIFIED, KERBEROS)),
    ],
)
def test_a_context_that_cannot_be_met_is_answered_with_a_status(comparison, requested):
    with pytest.raises(Refused) as caught:
        resolve(*requested, comparison=comparison)

    assert caught.value.code == "MSIS7102"
    assert caught.value.status == (uris.RESPONDER, uris.NO_AUTHN_CONTEXT)


@pytest.mark.parametrize("wanted", [KERBEROS, TLS_CLIENT, REFEDS_PHISHING_RESISTANT])
@pytest.mark.parametrize("comparison", ["exact", "minimum"])
def test_no_adapter_can_provide_a_class_of_another_kind_of_sign_in(wanted, comparison):
    with pytest.raises(Refused):
        resolve_requested_context(
            (wanted,), comparison, offered=OfferedMethods((PPT,), lambda _method: True)
        )


def test_adapters_are_not_asked_about_classes_of_the_server():
    def looked_at(_method):
        raise AssertionError("The adapters were looked at")

    for wanted in (PPT, UNSPECIFIED, MULTIPLE_AUTHN, REFEDS_MFA):
        resolve_requested_context((wanted,), offered=OfferedMethods((PPT,), looked_at))


def answer(style, *requested, comparison="exact", second_factor=True, by_rule=None):
    return answered_context(
        requested,
        comparison,
        resolve(*requested, comparison=comparison),
        style=style,
        methods=(PPT, CODE, MULTIPLE_AUTHN) if second_factor else (PPT,),
        by_rule=by_rule,
    )


ANSWERS = [
    # comparison  requested           adfs            entra           refeds
    ("exact",     (),                 PPT,            MULTIPLE_AUTHN, REFEDS_MFA),
    ("exact",     (UNSPECIFIED,),     PPT,            MULTIPLE_AUTHN, REFEDS_MFA),
    ("exact",     (PPT,),             PPT,            PPT,            PPT),
    ("exact",     (PASSWORD,),        PASSWORD,       PASSWORD,       PASSWORD),
    ("exact",     (MULTIPLE_AUTHN,),  MULTIPLE_AUTHN, MULTIPLE_AUTHN, MULTIPLE_AUTHN),
    ("exact",     (REFEDS_MFA,),      REFEDS_MFA,     REFEDS_MFA,     REFEDS_MFA),
    ("exact",     (PPT, REFEDS_MFA),  PPT,            PPT,            REFEDS_MFA),
    ("exact",     (CODE,),            CODE,           CODE,           CODE),
    ("minimum",   (PPT,),             PPT,            MULTIPLE_AUTHN, REFEDS_MFA),
    ("minimum",   (MULTIPLE_AUTHN,),  MULTIPLE_AUTHN, MULTIPLE_AUTHN, REFEDS_MFA),
    ("minimum",   (CODE,),            CODE,           CODE,           CODE),
    ("maximum",   (PPT,),             PPT,            PPT,            PPT),
    ("maximum",   (MULTIPLE_AUTHN,),  MULTIPLE_AUTHN, MULTIPLE_AUTHN, REFEDS_MFA),
    ("better",    (PASSWORD,),        PPT,            MULTIPLE_AUTHN, REFEDS_MFA),
]  # fmt: skip


@pytest.mark.parametrize(("comparison", "requested", "adfs", "entra", "refeds"), ANSWERS)
def test_the_trust_chooses_the_context_after_a_second_factor_where_the_request_does_not(
    comparison, requested, adfs, entra, refeds
):
    told = [answer(style, *requested, comparison=comparison) for style in STYLES]

    assert told == [adfs, entra, refeds]


STYLES = ("adfs", "entra", "refeds")


@pytest.mark.parametrize("style", STYLES)
def test_every_trust_gets_the_password_context_without_a_second_factor(style):
    assert answer(style, second_factor=False) == PPT
    assert answer(style, PPT, comparison="minimum", second_factor=False) == PPT


@pytest.mark.parametrize("by_rule", [PASSWORD, PPT, MULTIPLE_AUTHN, REFEDS_MFA, CODE])
def test_a_rule_chooses_the_context_where_the_request_does_not(by_rule):
    assert answer("adfs", by_rule=by_rule) == by_rule
    assert answer("refeds", UNSPECIFIED, PPT, by_rule=by_rule) == by_rule
    assert answer("adfs", PPT, by_rule=by_rule) == PPT
    assert answer("adfs", PASSWORD, UNSPECIFIED, comparison="better", by_rule=by_rule) == PPT


@pytest.mark.parametrize("by_rule", [MULTIPLE_AUTHN, REFEDS_MFA, CODE])
def test_no_rule_claims_a_second_factor_that_was_not_given(by_rule):
    assert answer("adfs", second_factor=False, by_rule=by_rule) == PPT


@pytest.mark.parametrize("by_rule", [KERBEROS, REFEDS_PHISHING_RESISTANT, UNSPECIFIED, "urn:other"])
def test_no_rule_can_claim_a_context_that_was_not_proved(by_rule):
    assert answer("adfs", by_rule=by_rule) == PPT


PASSKEY = "urn:method:passkey"
SEVERAL_METHODS = OfferedMethods((PPT, KERBEROS, PASSKEY))
WITH_SEVERAL = [
    # comparison  requested           answers, by primary method
    ("exact",     (),                 {PPT: PPT, KERBEROS: KERBEROS, PASSKEY: PASSKEY}),
    ("exact",     (UNSPECIFIED,),     {PPT: PPT, KERBEROS: KERBEROS, PASSKEY: PASSKEY}),
    ("exact",     (PASSWORD,),        {PPT: PASSWORD}),
    ("exact",     (KERBEROS,),        {KERBEROS: KERBEROS}),
    ("exact",     (PASSKEY,),         {PASSKEY: PASSKEY}),
    ("minimum",   (PPT,),             {PPT: PPT, KERBEROS: KERBEROS}),
    ("minimum",   (TLS_CLIENT,),      {KERBEROS: KERBEROS}),
    ("maximum",   (TLS_CLIENT,),      {PPT: PPT}),
    ("better",    (PPT,),             {KERBEROS: KERBEROS}),
    ("exact",     (MULTIPLE_AUTHN,),  dict.fromkeys((PPT, KERBEROS, PASSKEY), MULTIPLE_AUTHN)),
]  # fmt: skip


@pytest.mark.parametrize(("comparison", "requested", "answers"), WITH_SEVERAL)
def test_each_primary_method_is_answered_by_its_own_class(comparison, requested, answers):
    required = resolve_requested_context(requested, comparison, offered=SEVERAL_METHODS)

    assert required.answers == answers


def test_the_assertion_names_the_primary_method_that_the_session_proves():
    required = resolve_requested_context((), offered=SEVERAL_METHODS)

    for methods in ((KERBEROS,), (PASSKEY,), (KERBEROS, CODE, MULTIPLE_AUTHN)):
        named = answered_context((), "exact", required, style="adfs", methods=methods)
        assert named == methods[0]


@pytest.mark.parametrize("comparison", ["exact", "minimum", "maximum"])
def test_a_method_outside_the_order_is_answered_by_its_own_class(comparison):
    requested = (PASSKEY,)
    required = resolve_requested_context(requested, comparison, offered=SEVERAL_METHODS)
    methods = (PASSKEY, CODE, MULTIPLE_AUTHN)

    assert (
        answered_context(requested, comparison, required, style="entra", methods=methods) == PASSKEY
    )


def test_no_rule_claims_a_password_for_a_session_without_one():
    required = resolve_requested_context((), offered=SEVERAL_METHODS)

    for by_rule in (PASSWORD, PPT):
        named = answered_context(
            (), "exact", required, style="adfs", methods=(PASSKEY,), by_rule=by_rule
        )
        assert named == PASSKEY


def test_a_trust_is_answered_only_by_the_classes_it_may_ask_for():
    offered = OfferedMethods((PPT, KERBEROS), allowed_classes=(KERBEROS, MULTIPLE_AUTHN))

    minimum = resolve_requested_context((PASSWORD,), "minimum", offered=offered)
    assert minimum.answers == {KERBEROS: KERBEROS}
    with pytest.raises(Refused):
        resolve_requested_context((PPT,), offered=offered)
    assert resolve_requested_context((), offered=offered).answers.keys() == {PPT, KERBEROS}
