"""The program xmlsec1 as far as pysaml2 calls it, over libxmlsec1 as pip brings it.

pysaml2 runs a program that only a system's packages have. This takes the same arguments and checks
nothing of its own: libxmlsec1 verifies, decrypts and signs, as in the program. It runs in pysaml2's
process, since starting a program for each signature would take most of the tests' time. For
applications that need a program, it can be run as one: ``python xmlsec1.py ARGUMENTS``.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import xmlsec
from lxml import etree


class InProcess:
    """Takes the place of ``subprocess.Popen`` in ``saml2.sigver``."""

    def __init__(self, command: list[str], **_pipes: object) -> None:
        self.returncode, self._said = run(command[1:])

    def communicate(self) -> tuple[bytes, bytes]:
        """Return what the program writes to its outputs."""
        return (self._said, b"") if self._said.startswith(b"xmlsec1") else (b"", self._said)


def run(arguments: list[str]) -> tuple[int, bytes]:
    """Run one command; return its exit status and what it says."""
    if arguments == ["--version"]:
        return 0, b"xmlsec1 1.3.9 (openssl)"
    given = _options(arguments)
    parser = etree.XMLParser(resolve_entities=False)
    document = etree.fromstring(Path(arguments[-1]).read_bytes(), parser)
    xmlsec.tree.add_ids(document, ["ID"])
    command = next(name for name in _COMMANDS if name in arguments)
    try:
        _COMMANDS[command](given, document)
    except (xmlsec.Error, StopIteration) as error:
        return 1, f"Verification status: FAILED\n{error}".encode()
    if "--output" in given and command != "--verify":
        Path(given["--output"]).write_bytes(etree.tostring(document))
    return 0, b"Verification status: OK"


def _options(arguments: list[str]) -> dict[str, str]:
    """Return each word that follows an option, by the option."""
    return {name: value for name, value in pairwise(arguments) if name.startswith("--")}


def _verify(given: dict[str, str], document: etree._Element) -> None:
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(given["--pubkey-cert-pem"], xmlsec.KeyFormat.CERT_PEM)
    context.verify(_signature(given, document))


def _sign(given: dict[str, str], document: etree._Element) -> None:
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(given["--privkey-pem"], xmlsec.KeyFormat.PEM)
    context.sign(_signature(given, document))


def _decrypt(given: dict[str, str], document: etree._Element) -> None:
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_file(given["--privkey-pem"], xmlsec.KeyFormat.PEM))
    data = next(document.iter(f"{{{xmlsec.constants.EncNs}}}EncryptedData"))
    xmlsec.EncryptionContext(manager).decrypt(data)


def _signature(given: dict[str, str], document: etree._Element) -> etree._Element:
    """Return the first signature at or below the node that --node-id names."""
    start = next(node for node in document.iter() if node.get("ID") == given["--node-id"])
    return xmlsec.tree.find_node(start, "Signature")


_COMMANDS = {"--verify": _verify, "--decrypt": _decrypt, "--sign": _sign}


def main() -> int:
    """Run as the program does; return its exit status."""
    process = InProcess(["xmlsec1", *sys.argv[1:]])
    for stream, said in zip((sys.stdout, sys.stderr), process.communicate(), strict=True):
        stream.write(said.decode())
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
