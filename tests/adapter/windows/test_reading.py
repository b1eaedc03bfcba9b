"""Reading a build out of what servers print; the samples stand in ``printed/``."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.adapters.printed import PRINTED, printed

from adapter.errors import TallystickError
from adapter.windows import (
    MAX_TEXT_LENGTH,
    PRODUCTS,
    Build,
    Evidence,
    NotABuildError,
    TextTooLongError,
    UnknownKBError,
    UpdateLevelUnknownError,
    decode_output,
    parse_build,
    read_build,
    read_server_text,
)

WITH_A_BUILD = [
    # printed                       build                where it is found
    ("registry-2019",               Build(17763, 2300),  Evidence.REGISTRY),
    ("reg-query-2022",              Build(20348, 350),   Evidence.REGISTRY),
    ("reg-export-2016",             Build(14393, 4704),  Evidence.REGISTRY),
    ("registry-table-2019",         Build(17763, 2299),  Evidence.REGISTRY),
    ("registry-json-2022",          Build(20348, 350),   Evidence.REGISTRY),
    ("ver-2016-with-ubr",           Build(14393, 4703),  Evidence.REGISTRY),
    ("computerinfo-7-2022",         Build(20348, 3930),  Evidence.REGISTRY),
    ("winver-2019",                 Build(17763, 4377),  Evidence.OS_BUILD),
    ("about-2025",                  Build(26100, 2894),  Evidence.OS_BUILD),
    ("docker-info-2019",            Build(17763, 316),   Evidence.OS_BUILD),
    ("dism-2019",                   Build(17763, 2300),  Evidence.PACKAGES),
    ("dism-table-2016-pending",     Build(14393, 2273),  Evidence.PACKAGES),
    ("windows-package-2022",        Build(20348, 350),   Evidence.PACKAGES),
]  # fmt: skip

WITHOUT_A_REVISION = [
    # printed                         base   proven by the hotfix list
    ("computerinfo-5-2022",           20348, None),
    ("systeminfo-2022-no-rollup",     20348, None),
    ("systeminfo-2022-older-update",  20348, Build(20348, 288)),
    ("systeminfo-2022-later-update",  20348, Build(20348, 405)),
    ("hotfix-2019",                   17763, Build(17763, 2300)),
    ("qfe-2016",                      14393, Build(14393, 4704)),
    ("cim-2019",                      17763, None),
    ("osversion-2019",                17763, None),
    ("wmic-os-2019",                  17763, None),
    ("psversion-2019",                17763, None),
    ("hal-2022",                      20348, None),
    ("msinfo32-2019",                 17763, None),
    ("os-version-table-2022",         20348, None),
    ("ps-version-table-2019",         17763, None),
    ("file-version-2022",             20348, None),
]  # fmt: skip


def test_every_sample_is_read_by_a_test():
    names = {row[0] for row in (*WITH_A_BUILD, *WITHOUT_A_REVISION)}

    assert {path.stem for path in PRINTED.iterdir()} == names


@pytest.mark.parametrize(("name", "build", "evidence"), WITH_A_BUILD)
def test_the_build_is_found_in_what_a_server_prints(name, build, evidence):
    reading = read_server_text(printed(name))

    assert (reading.build, reading.evidence) == (build, evidence)
    assert reading.problem is None


@pytest.mark.parametrize(("name", "build", "evidence"), WITH_A_BUILD)
def test_line_ends_of_windows_change_nothing(name, build, evidence):
    reading = read_server_text(printed(name).replace("\n", "\r\n"))

    assert (reading.build, reading.evidence) == (build, evidence)


@pytest.mark.parametrize("name", [row[0] for row in WITH_A_BUILD if "pending" not in row[0]])
def test_a_text_in_good_order_has_no_warnings(name):
    assert read_server_text(printed(name)).warnings == ()


@pytest.mark.parametrize(("name", "base", "at_least"), WITHOUT_A_REVISION)
def test_a_text_without_a_revision_gives_the_product_and_what_its_hotfixes_prove(
    name, base, at_least
):
    reading = read_server_text(printed(name))

    assert (reading.build, reading.base, reading.at_least) == (None, base, at_least)
    assert reading.product == PRODUCTS[base].name
    assert reading.problem == "update_level_unknown"


@pytest.mark.parametrize(
    ("text", "build"),
    [
        ("Microsoft Windows [Version 10.0.17763.2300]", Build(17763, 2300)),
        ("Microsoft Windows [Versión 10.0.17763.2300]", Build(17763, 2300)),
        ("Microsoft Windows [Version 6.3.9600.20144]", Build(9600, 20144)),
        ("Version 21H2 (Betriebssystembuild 20348.350)", Build(20348, 350)),
        ("OS build\n26100.2894", Build(26100, 2894)),
        ("The server runs 20348.350.", Build(20348, 350)),
        ("November 9, 2021—KB5007205 (OS Build 20348.350)", Build(20348, 350)),
        ("CurrentBuildNumber=20348; UBR=350", Build(20348, 350)),
        ("OS Build 30000.7", Build(30000, 7)),
        ("CurrentBuild UBR\n------------ ---\n17763        350", Build(17763, 350)),
        ("Windows Server 2022 (OS Build 20348.350), seen from Windows 10", Build(20348, 350)),
        ("v10.0.20348.350", Build(20348, 350)),
        ("The server runs v10.0.20348.350", Build(20348, 350)),
        ("OsVersion : 10.0.20348.350", Build(20348, 350)),
        ('{"OSVersion": "10.0.20348.350"}', Build(20348, 350)),
        ("LCUVer    REG_SZ    10.0.20348.350", Build(20348, 350)),
        ("Microsoft Windows Server 2022 Standard 10.0.20348.350", Build(20348, 350)),
        ("Windows Server 2022 [Version 10.0.20348.350]", Build(20348, 350)),
        ("Version\t24H2\nBetriebssystembuild\t26100.2894", Build(26100, 2894)),
        ("Version\t24H2\nVersion du système d'exploitation\t26100.2894", Build(26100, 2894)),
        ("STS1: 20348.350", Build(20348, 350)),
        ("The file server STS1 runs 20348.350", Build(20348, 350)),
    ],
)
def test_a_build_is_found_in_a_line(text, build):
    assert read_server_text(text).build == build


def test_ver_on_2016_often_has_no_revision():
    reading = read_server_text("Microsoft Windows [Version 10.0.14393]")

    assert (reading.build, reading.product) == (None, "Windows Server 2016")


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=lambda product: product.name)
def test_a_product_called_by_name_is_known_without_its_revision(product):
    reading = read_server_text(f"OS Name:  Microsoft {product.name} Standard")

    assert (reading.base, reading.problem) == (product.base, "update_level_unknown")


def test_the_decimal_ubr_is_not_read_as_hexadecimal_nor_the_reverse():
    decimal = read_server_text("CurrentBuildNumber : 20348\nUBR : 350")
    hexadecimal = read_server_text(
        "CurrentBuildNumber    REG_SZ    20348\n    UBR    REG_DWORD    0x350"
    )

    assert decimal.build == Build(20348, 350)
    assert hexadecimal.build == Build(20348, 848)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "hello", "20348.٣٥٠", "OS Build ٢٠٣٤٨.٣٥٠", "KB٥٠٠٧٢٠٥", "UBR : 350", "14.02.2020",
     "10.0.0.1", "192.168.10.20", "1.2.2216.1"],
)  # fmt: skip
def test_a_text_that_names_no_build_is_refused(text):
    assert read_server_text(text).problem == "not_a_build"


def test_a_text_beyond_the_limit_is_refused_unread():
    with pytest.raises(TextTooLongError):
        read_server_text("x" * (MAX_TEXT_LENGTH + 1))


PIECES = [
    *("OS Build ", "20348.350", "UBR", " : ", "0x15e", "CurrentBuild", "20348", "KB5007205", "\n"),
    *("[Version 10.0.", "]", "State : Installed\n", "Package_for_RollupFix~a~b~~", "Windows "),
    *("10", "Server 2022", "---", "  ", "REG_DWORD", "٣", ".", "99999999999", "Client", '"', "="),
    *("InstallationType", "hal.dll", "REG_SZ", "dword:", "KB", "Build", "10.0.", "-", "v", "|"),
    *("Major Minor Build Revision", "File", "Version", "\t"),
]
texts = st.text() | st.lists(st.sampled_from(PIECES)).map("".join)


@given(texts)
@example("UBR : 99999999999\nCurrentBuild : 20348")
@example("UBR : 0xffffffffff\nCurrentBuild : 20348")
def test_no_text_raises_anything_but_our_own_errors(text):
    reading = read_server_text(text)
    if reading.problem is None or reading.at_least is not None:
        build = read_build(text).build
        assert parse_build(str(build)) == build
    else:
        with pytest.raises(TallystickError):
            read_build(text)


HOSTILE = [
    *("\n", "- \n", "---\n", "Kernel Version\n", "State :", "Package_for_RollupFix~~~1"),
    *("Version 20348.1 ", "20348.1\n", "Major Minor Build Revision\n"),
    *("1", "20348.", "20348.1 ", "10.0.", "[", "[Version ", ".dll", "KB", "KB5007205 ", "-"),
    *(word + " " * blanks for word in ("", "UBR", "CurrentBuild") for blanks in (1, 119)),
    *(word + " " * blanks for word in ("OS Build", "InstallationType") for blanks in (1, 119)),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_hostile_text_is_read_to_its_end(piece):
    """With an expression that goes back over the text, this would take hours."""
    text = (piece * (MAX_TEXT_LENGTH // len(piece)))[: MAX_TEXT_LENGTH - 1] + "!"

    assert set(read_server_text(text).kbs) <= {"KB5007205"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_output_in_the_encodings_of_windows_is_read(encoding):
    assert decode_output("OS Build 20348.350 ©".encode(encoding)) == "OS Build 20348.350 ©"


@given(st.binary())
def test_any_bytes_become_a_text(data):
    decode_output(data)


# A node is set to a build: then one is needed.


@pytest.mark.parametrize(
    ("text", "build"),
    [
        ("20348.350", Build(20348, 350)),
        ("KB5007205", Build(20348, 350)),
        ("kb5005625", Build(17763, 2210)),
        ("Microsoft Windows [Version 10.0.17763.2300]", Build(17763, 2300)),
        ("12345.6", Build(12345, 6)),
    ],
)
def test_a_node_is_set_by_build_kb_or_text(text, build):
    reading = read_build(text)

    assert (reading.build, reading.base) == (build, build.base)


def test_a_node_set_by_a_hotfix_list_gets_a_warning():
    reading = read_build(printed("systeminfo-2022-older-update"))

    assert reading.build == Build(20348, 288)
    assert "later build" in reading.warnings[-1]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("hello", NotABuildError),
        ("Windows 10 Pro (OS Build 17763.1)", NotABuildError),
        ("10.0.17763.0", UpdateLevelUnknownError),
        ("KB4589208", UnknownKBError),
        ("KB4524570", UnknownKBError),
        ("KB5007205 KB5007206", UpdateLevelUnknownError),
    ],
)
def test_a_node_is_not_set_by_a_text_without_a_build(text, error):
    with pytest.raises(error):
        read_build(text)


@pytest.mark.parametrize("kb", ["KB 5007205", "kb-5007205", "KB\u00a05007205", " KB5007205 "])
def test_a_kb_may_be_written_apart(kb):
    assert read_server_text(kb).kbs == ("KB5007205",)
    assert read_server_text(f"[01]: {kb}\n").at_least == Build(20348, 350)
    assert read_build(kb).build == Build(20348, 350)


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_hotfixes_the_newest_counts_in_any_order(order):
    # 20348.288, 20348.405, 20348.350: the newest stands neither first nor last.
    kbs = ("KB5006699", "KB5008223", "KB5007205")[::order]

    reading = read_server_text("Windows Server 2022\n" + "\n".join(kbs))

    assert (reading.at_least, reading.kbs) == (Build(20348, 405), kbs)


def test_of_an_update_for_two_builds_and_a_later_one_the_later_counts():
    # KB5005625 brought 17763.2210 and 17763.2213; the lower is proved.
    assert read_server_text("KB5005625 KB5007206").at_least == Build(17763, 2300)
    assert read_server_text("KB5007206 KB5005625").at_least == Build(17763, 2300)
