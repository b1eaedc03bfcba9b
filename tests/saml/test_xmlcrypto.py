"""lxml and xmlsec fit together, or one line says that they do not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from idp.saml import xmlcrypto

NO_XMLSEC = "raise RuntimeError('lxml & xmlsec libxml2 library version mismatch\\nmore')"
OTHER_LIBXML2 = "def get_libxml_version(): return (2, 12, 6)"


@pytest.mark.parametrize(
    ("module", "cause"),
    [(NO_XMLSEC, "version mismatch"), (OTHER_LIBXML2, "different libxml2"), ("", "attribute")],
)
def test_libraries_that_do_not_fit_are_reported_in_one_line_with_a_remedy(tmp_path, module, cause):
    (tmp_path / "xmlsec.py").write_text(module)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import idp.saml.xmlcrypto"

    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    line = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert "WheelMismatch: lxml" in line
    assert cause in line
    assert "pip install --only-binary" in line


def test_the_installed_pair_fits():
    assert xmlcrypto.load_xmlsec() is xmlcrypto.xmlsec


def test_a_signature_that_fails_prints_nothing(capfd, writer, idp):
    signed = writer.sign(writer.message()).replace(b"acs", b"bad")

    with pytest.raises(Exception, match="signature"):
        idp.read(signed)

    assert capfd.readouterr() == ("", "")
