"""``/adfs/``: the sign-in, its pages and its error pages."""

from idp.signin.paths import AnyCase
from idp.signin.views import blueprint

__all__ = ["AnyCase", "blueprint"]
