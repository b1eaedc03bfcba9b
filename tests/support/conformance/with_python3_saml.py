"""python3-saml as a service provider: strict, and otherwise with its own defaults."""

from __future__ import annotations

from onelogin.saml2.auth import OneLogin_Saml2_Auth

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


class Library:
    """What the pages call."""

    def __init__(self, given: dict) -> None:
        self._base_url = given["base_url"]
        sso = {"url": given["ls_url"], "binding": REDIRECT}
        self._settings = {
            "strict": True,
            "sp": {
                "entityId": given["entity_id"],
                "assertionConsumerService": {"url": f"{self._base_url}/acs", "binding": POST},
                "singleLogoutService": {"url": f"{self._base_url}/slo", "binding": REDIRECT},
                "x509cert": given["certificate"],
                "privateKey": given["private_key"],
            },
            "idp": {
                "entityId": given["idp_entity_id"],
                "singleSignOnService": sso,
                "singleLogoutService": sso,
                "x509certMulti": {"signing": given["idp_certificates"], "encryption": []},
            },
            # Its README asks for both; the others are its defaults.
            "security": {"authnRequestsSigned": True, "wantAssertionsSigned": True},
        }

    def login(self, request, visitor: dict) -> str:
        auth = self._auth(request)
        address = auth.login(return_to=f"{self._base_url}/me")
        visitor["request"] = auth.get_last_request_id()
        return address

    def accept(self, request, visitor: dict) -> str:
        auth = self._auth(request)
        auth.process_response(request_id=visitor.get("request"))
        if auth.get_errors() or not auth.is_authenticated():
            raise ValueError(f"{auth.get_errors()} {auth.get_last_error_reason()}")
        visitor["name_id"], visitor["index"] = auth.get_nameid(), auth.get_session_index()
        return auth.get_nameid()

    def log_out(self, request, visitor: dict) -> bool:
        auth, ended = self._auth(request), []
        auth.process_slo(delete_session_cb=lambda: ended.append(True))
        if auth.get_errors():
            raise ValueError(f"{auth.get_errors()} {auth.get_last_error_reason()}")
        return bool(ended)

    def _auth(self, request) -> OneLogin_Saml2_Auth:
        prepared = {
            "https": "off",
            "http_host": request.host,
            "script_name": request.path,
            "get_data": request.args.copy(),
            "post_data": request.form.copy(),
            "query_string": request.query_string.decode(),
        }
        return OneLogin_Saml2_Auth(prepared, self._settings)
