"""Whose version a line tells: only that of the system, with a revision, is a build."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.adapters.printed import printed

from adapter.windows import (
    Build,
    Evidence,
    read_server_text,
)

SYSTEMS = ["OS", "Operating System", "Windows", "Windows Server", "Windows Server 2022"]

THINGS = ["", "File", "Product", "Driver", "HAL", "BIOS", "Image", "Kernel", "Assembly", "Exchange",
          "Hypervisor", "Integration Services", "IE", "Schema", "Agent", "SQL Server"]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "BuildLabEx : 20348.859.amd64fre.fe_release_svc_prod2.220707-1832",
        "BaseBuildRevisionNumber : 859",
        "OsHardwareAbstractionLayer : 10.0.20348.2031",
        "PSVersion   5.1.20348.2031",
        "BuildVersion   10.0.20348.2031",
        "Version: 10.0.20348.2031",
        "Image Version: 10.0.20348.2031",
        "10.0.20348.2031  C:\\Windows\\System32\\ntoskrnl.exe",
        "Kernel Version: 10.0 20348 (20348.2031.amd64fre)",
        "PSVersion   20348.2031",
        'Hardware Abstraction Layer\tVersion = "10.0.20348.2031"',
        'Hardwareabstraktionsebene\tVersion = "10.0.20348.2031"',
        'Couche d’abstraction matérielle\tVersion = "10.0.20348.2031"',
        "HAL 10.0.20348.2031",
        "OsHardwareAbstractionLayer : 20348.2031",
        "FileVersion    : 10.0.20348.2031 (WinBuild.160101.0800)",
        "10.0.20348.2031 (WinBuild.160101.0800)",
        "File version 10.0.20348.2031",
        "Dateiversion 10.0.20348.2031",
        "Versión del archivo: 10.0.20348.2031",
        "ProductVersion  10.0.20348.2031",
        "Product version: v10.0.20348.2031",
        "Driver Version:     06/21/2006 10.0.20348.2031",
        "DriverVersion : 20348.2031",
        "Driver build 10.0.20348.2031",
        "Microsoft DiskPart version 10.0.20348.2031",
        "Microsoft DiskPart [Version 10.0.20348.2031]",
        "Windows Update Agent version 10.0.20348.2031",
        "Windows PowerShell version: 10.0.20348.2031",
        "Server Version: 10.0.20348.2031",
        "Version 10.0.20348.2031",
        "Wersja: 10.0.20348.2031",
        "WSManStackVersion              10.0.20348.2031",
        "BIOS 10.0.20348.2031",
        "Something unknown : 10.0.20348.2031",
        "FileVersion\n-----------\n10.0.20348.2031",
        "Version\n\n10.0.20348.2031",
        "Name  FileVersion\n----  -----------\nhal   10.0.20348.2031\nnt    10.0.20348.2031",
        '"ProductVersion","FileVersion"\n"10.0.20348.2031","10.0.20348.2031"',
        "Major  Minor  Build  Revision\n-----  -----  -----  --------\n10     0      20348  2031",
    ],
)
def test_the_version_of_a_file_or_branch_is_never_taken_for_the_revision(line):
    assert read_server_text(line).build is None
    assert read_server_text(f"OsBuildNumber : 20348\n{line}").build is None


@given(
    label=st.sampled_from(THINGS) | st.from_regex(r"[A-Za-z]{1,12}", fullmatch=True),
    word=st.sampled_from(["Version", "version", " Version", " version", "-Version", "_VERSION"]),
    separator=st.sampled_from([" : ", ": ", "=", ' = "', "\t", "   ", " ", "    REG_SZ    "]),
    version=st.sampled_from(["", "v", "10.0.", "v10.0."]),
)
@example(label="", word="Version", separator=" ", version="10.0.")
def test_a_version_counts_only_if_its_label_names_the_system(label, word, separator, version):
    line = f"{label}{word}{separator}{version}20348.2031"
    if label.lower() not in {"os", "windows"}:
        assert read_server_text(f"Windows Server 2022\n{line}").build is None


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("separator", [" : ", ": ", "=", "\t", "   ", " ", "    REG_SZ    "])
@pytest.mark.parametrize("word", [" Version", " Build", "", " version"])
def test_a_version_with_the_systems_label_counts(system, word, separator):
    reading = read_server_text(f"{system}{word}{separator}10.0.20348.2031\nFile: hal.dll")

    assert reading.build == Build(20348, 2031)


@pytest.mark.parametrize("major", ["6", "10"])
def test_the_revision_of_a_version_table_is_a_service_pack_and_not_the_update_level(major):
    table = f"Major  Minor  Build  Revision\n-----  -----  -----  --------\n{major} 3 9600 65536"

    reading = read_server_text(table)

    assert (reading.build, reading.base, reading.is_base_certain) == (None, 9600, True)


def test_a_base_build_that_only_files_name_is_not_certain():
    for name in ("hal-2022", "ps-version-table-2019", "psversion-2019"):
        reading = read_server_text(printed(name))
        assert reading.evidence is Evidence.FILE_VERSION
        assert not reading.is_base_certain


def test_files_of_several_base_builds_name_no_product():
    reading = read_server_text("DriverVersion : 10.0.14393.0\nDriverVersion : 10.0.17763.1")

    assert (reading.base, reading.problem) == (None, "update_level_unknown")
