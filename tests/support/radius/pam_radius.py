"""Debian's pam_radius, unchanged, asked by pamtester as a log-in program asks PAM.

pam_wrapper has PAM read its services from a folder of the test instead of /etc/pam.d.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.radius.programs import Ended, Run

SERVICE = "tallystick"
MAX_TIMEOUT = 60
"""Seconds that it waits for an answer at most; it takes longer ones as this one."""

RULES = """\
auth required pam_radius_auth.so conf={folder}/server.conf prompt=Password
account required pam_permit.so
"""


@dataclass(frozen=True)
class PamRadius:
    """A service whose users sign in by one RADIUS server; it needs a *folder* of its own.

    Its exit status is 0 if the user is let in, and 1 if not.
    """

    run: Callable[..., Run]
    folder: Path
    server: str
    secret: str

    def sign_in(self, user: str, *answers: str) -> Ended:
        """Give these answers to what is asked: the password, then the code."""
        return self.start(user, *answers).end()

    def start(self, user: str, *answers: str) -> Run:
        """Begin to sign in."""
        services = self.folder / "services"
        services.mkdir(exist_ok=True)
        (services / SERVICE).write_text(RULES.format(folder=self.folder))
        servers = self.folder / "server.conf"
        servers.write_text(f"{self.server} {self.secret} {MAX_TIMEOUT}\n")
        servers.chmod(0o600)
        return self.run(
            "pamtester",
            *(SERVICE, user, "authenticate"),
            typed="".join(f"{answer}\n" for answer in answers),
            LD_PRELOAD="libpam_wrapper.so",
            PAM_WRAPPER="1",
            PAM_WRAPPER_SERVICE_DIR=str(services),
        )
