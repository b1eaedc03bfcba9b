"""Settings of a Django site whose users sign in and out by SAML, with djangosaml2."""

from __future__ import annotations

import os
from pathlib import Path

from saml import saml_config
from saml2 import BINDING_HTTP_REDIRECT

HERE = Path(__file__).parent

SECRET_KEY = os.environ.get("SECRET_KEY", "only for tests")
ALLOWED_HOSTS = ["app.example.test"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "djangosaml2",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # The response comes by a POST from another site: this one's cookie travels with it.
    "djangosaml2.middleware.SamlSessionMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "site.sqlite3"}}
SESSION_COOKIE_SECURE = True

AUTHENTICATION_BACKENDS = ["djangosaml2.backends.Saml2Backend"]
LOGIN_URL = "/saml2/login/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
SAML_DEFAULT_BINDING = SAML_LOGOUT_REQUEST_PREFERRED_BINDING = BINDING_HTTP_REDIRECT
SAML_CSP_HANDLER = ""  # this site has no Content-Security-Policy to adapt
SAML_USE_NAME_ID_AS_USERNAME = True
SAML_ATTRIBUTE_MAPPING = {"givenName": ("first_name",), "surname": ("last_name",)}
SAML_CONFIG = saml_config(
    os.environ.get("IDP_METADATA_URL", ""), "https://app.example.test", keys=HERE
)
