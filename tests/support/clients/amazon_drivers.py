"""Published programs that sign in by name and password, unchanged, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from support.clients import aws
from support.clients.aws_adfs import TRUST_VARIABLES
from support.tools.environment import ready_environment
from support.tools.node_modules import ready_modules

PACKAGES = (
    "adfs-aws-login==0.2.11",
    "aws-advanced-python-wrapper==3.1.0",
    "redshift-connector==2.2.0",
)
NODE_PACKAGE = Path(__file__).resolve().parents[2] / "clients" / "aws_nodejs_wrapper"
HOST = "localhost"
REGION = "eu-central-1"
SECONDS = 120


def ready_python() -> Path:
    """Return the folder of the programs of these packages, made on first use."""
    return ready_environment("amazon-drivers", ("--only-binary=:all:", *PACKAGES))


@dataclass(frozen=True)
class Login:
    """Who signs in, and at which port of localhost; ``environment`` leads to the token service."""

    user: str
    password: str
    port: int
    environment: Mapping[str, str]
    home: Path

    @property
    def initiated_url(self) -> str:
        """The address at which a user signs in to Amazon."""
        path = f"/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp={aws.AUDIENCE}"
        return f"https://{HOST}:{self.port}{path}"


class DriverFailed(Exception):
    """A program ended with an error; what it said."""


def adfs_aws_login(login: Login) -> str:
    """Run the command, and return the access key that it wrote."""
    folder = login.home / ".aws"
    folder.mkdir()
    config = {"adfs_login_url": login.initiated_url, "adfs_role_arn": aws.ROLE}
    lines = [f"{name} = {value}" for name, value in config.items()]
    (folder / "config").write_text("\n".join(["[default]", *lines, ""]))
    command = [ready_python() / "adfs-aws-login", "--no-prompt", "--user", login.user]
    _run(command, login, ADFS_DEFAULT_PASSWORD=login.password)
    written = ConfigParser()
    written.read(folder / "credentials")
    return written["default"]["aws_access_key_id"]


PYTHON_WRAPPER = """
import json, sys
from aws_advanced_python_wrapper.federated_plugin import FederatedAuthPluginFactory
from aws_advanced_python_wrapper.hostinfo import HostInfo
from aws_advanced_python_wrapper.utils.properties import Properties

region, given = sys.argv[1:]
properties = Properties(json.loads(given))
plugin = FederatedAuthPluginFactory.get_credentials_provider_factory(None, properties)
credentials = plugin.get_aws_credentials(region, properties, HostInfo("db.example.test"))
print(credentials["AccessKeyId"])
"""


def aws_advanced_python_wrapper(login: Login) -> str:
    """Have the driver's plugin get credentials, and return the access key."""
    properties = {
        "plugins": "federated_auth",
        "idp_name": "adfs",
        "idp_endpoint": HOST,
        "idp_port": login.port,
        "rp_identifier": aws.AUDIENCE,
        "idp_username": login.user,
        "idp_password": login.password,
        "iam_role_arn": aws.ROLE,
        "iam_idp_arn": aws.PROVIDER,
    }
    python = ready_python() / "python"
    return _run([python, "-c", PYTHON_WRAPPER, REGION, json.dumps(properties)], login).strip()


REDSHIFT = """
import json, sys
from redshift_connector.plugin import AdfsCredentialsProvider
from redshift_connector.redshift_property import RedshiftProperty

properties = RedshiftProperty()
for name, value in json.loads(sys.argv[1]).items():
    setattr(properties, name, value)
provider = AdfsCredentialsProvider()
provider.add_parameter(properties)
print(provider.get_credentials().get_session_credentials()["aws_access_key_id"])
"""


def redshift_connector(login: Login) -> str:
    """Have the driver's provider get credentials, and return the access key."""
    properties = {
        "idp_host": HOST,
        "idpPort": login.port,
        "login_to_rp": aws.AUDIENCE,
        "user_name": login.user,
        "password": login.password,
        "preferred_role": aws.ROLE,
        "ssl_insecure": False,
    }
    return _run([ready_python() / "python", "-c", REDSHIFT, json.dumps(properties)], login).strip()


def aws_advanced_nodejs_wrapper(login: Login) -> str:
    """Have the driver's plugin get credentials, and return the access key."""
    properties = {
        "idpEndpoint": HOST,
        "idpPort": login.port,
        "rpIdentifier": aws.AUDIENCE,
        "idpUsername": login.user,
        "idpPassword": login.password,
        "iamRoleArn": aws.ROLE,
        "iamIdpArn": aws.PROVIDER,
    }
    script = NODE_PACKAGE / "get_credentials.mjs"
    command = [Path(str(which("node"))), script, REGION, json.dumps(properties)]
    printed = _run(command, login, NODE_PATH=str(ready_modules(NODE_PACKAGE)))
    return json.loads(printed)["accessKeyId"]


DRIVERS: Mapping[str, Callable[[Login], str]] = {
    each.__name__.replace("_", "-"): each
    for each in (
        adfs_aws_login,
        aws_advanced_python_wrapper,
        redshift_connector,
        aws_advanced_nodejs_wrapper,
    )
}
"""How each gets the access key of its user."""


def _run(command: list[Path | str], login: Login, **environment: str) -> str:
    """Run a program to its end, without this machine's settings; return what it printed."""
    inherited = {name: os.environ[name] for name in os.environ.keys() - set(TRUST_VARIABLES)}
    done = subprocess.run(  # noqa: S603 - the program under test
        [str(word) for word in command],
        env={**inherited, "HOME": str(login.home), **login.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise DriverFailed(f"{done.stdout}\n{done.stderr}")
    return done.stdout
