"""The pages of administration that a sign-in may lead to; hosts do not import each other."""

ADMIN_SIGN_IN = "/admin/sign-in"
ADMIN_CONTINUE = "/admin/continue"
ADMINISTRATION = (ADMIN_SIGN_IN, ADMIN_CONTINUE)
