"""The addresses of the site: its only page, and those of djangosaml2."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Say who is signed in."""
    return HttpResponse(f"Signed in as {request.user.get_full_name() or request.user}")


urlpatterns = [path("", home), path("saml2/", include("djangosaml2.urls"))]
