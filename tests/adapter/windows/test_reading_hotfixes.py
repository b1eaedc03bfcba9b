"""Reading a build out of hotfix lists, and where a text tells more than one thing."""

from __future__ import annotations

import pytest
from support.adapters.printed import printed

from adapter.windows import (
    Build,
    read_server_text,
)


def test_only_installed_packages_count_and_a_pending_one_is_named():
    reading = read_server_text(printed("dism-table-2016-pending"))

    assert reading.build == Build(14393, 2273)
    assert "14393.4704 waits for a restart" in reading.warnings[0]


@pytest.mark.parametrize("state", ["Superseded", "Install Pending", "Uninstall Pending",
                                   "Partially Installed", "Staged", "Installiert"])  # fmt: skip
def test_a_package_in_another_state_gives_no_build(state):
    identity = "Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.350.1.5"

    reading = read_server_text(f"Package Identity : {identity}\nState : {state}")

    assert (reading.build, reading.base) == (None, 20348)


@pytest.mark.parametrize(
    "below",
    [
        "Package Identity : Package_for_KB5004330~31bf3856ad364e35~amd64~~20348.9.1.5\n"
        "State : Installed",
        "Package_for_KB5004330~31bf3856ad364e35~amd64~~20348.9.1.5 | Installed | Update",
    ],
)
@pytest.mark.parametrize("state", ["", " | Uninstall Pending | Security Update"])
def test_the_state_of_the_next_package_is_not_that_of_a_rollup(state, below):
    rollup = "Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.350.1.5"

    assert read_server_text(f"{rollup}{state}\n{below}").build is None


def test_the_word_installed_further_down_is_no_state():
    rollup = "Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.350.1.5"
    further_down = "Hotfix(s):  3 Hotfix(s) Installed."

    for state in ("State : Superseded", "State : Installiert", ""):
        assert read_server_text(f"{rollup}\n{state}\n{further_down}").build is None


def test_a_pending_package_that_the_build_holds_is_not_worth_a_word():
    rollup = "Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.350.1.5 | Install Pending"

    assert read_server_text(f"(OS Build 20348.350)\n{rollup}").warnings == ()
    assert read_server_text(f"(OS Build 20348.405)\n{rollup}").warnings == ()


def test_packages_named_after_a_kb_are_no_hotfix_list():
    package = "Package_for_KB5007205~31bf3856ad364e35~amd64~~20348.350.1.5 | Superseded"

    assert read_server_text(f"OsBuildNumber : 20348\n{package}").kbs == ()


def test_a_number_of_no_known_product_is_not_a_build_unless_the_text_calls_it_one():
    assert read_server_text("The price is 54321.99").problem == "not_a_build"
    assert read_server_text("The version is 10.0.54321.99").build == Build(54321, 99)


def test_a_mention_of_another_build_is_not_worth_a_word():
    assert read_server_text("(OS Build 20348.350), no longer 20348.349").warnings == ()


def test_a_hotfix_of_two_builds_proves_the_lower():
    assert read_server_text("KB5005625 KB5004330").at_least == Build(17763, 2210)


def test_hotfixes_alone_give_the_product_when_all_of_them_belong_to_it():
    assert read_server_text("KB4589208 KB5007206 KB5006672").product == "Windows Server 2019"


@pytest.mark.parametrize(
    "kbs",
    ["KB5007205 KB5007206", "KB4524570", "KB4589208", "KB0000001 KB9999999"],
    ids=["of two products", "of one that two share", "uncatalogued", "unknown"],
)
def test_hotfixes_that_leave_the_product_open_prove_nothing(kbs):
    reading = read_server_text(kbs)

    assert (reading.base, reading.at_least) == (None, None)
    assert reading.problem == "update_level_unknown"


def test_the_newest_hotfix_is_found_by_the_catalogue_not_by_its_number():
    # KB5010196 (17763.2369) came out a week before KB5009557 (17763.2452).
    assert read_server_text("KB5010196 KB5009557").at_least == Build(17763, 2452)


def test_hotfixes_of_another_product_are_left_aside_with_a_warning():
    reading = read_server_text("OsBuildNumber : 17763\nKB5007205")

    assert reading.at_least is None
    assert "KB5007205" in reading.warnings[0]


def test_where_build_and_hotfixes_disagree_the_build_counts_and_a_warning_is_given():
    reading = read_server_text("Microsoft Windows [Version 10.0.20348.349]\n[01]: KB5007205")

    assert reading.build == Build(20348, 349)
    assert "KB5007205" in reading.warnings[0]
    assert "restart" in reading.warnings[0]


def test_hotfixes_that_the_build_includes_are_no_disagreement():
    text = "Microsoft Windows [Version 10.0.20348.2000]\n[01]: KB5007205"

    assert read_server_text(text).warnings == ()


def test_of_two_places_the_surer_is_believed_and_the_other_named():
    reading = read_server_text("CurrentBuild : 20348\nUBR : 350\n(OS Build 20348.349)")

    assert reading.build == Build(20348, 350)
    assert "20348.349" in reading.warnings[0]


def test_several_builds_in_the_same_place_are_not_chosen_from():
    reading = read_server_text("[Version 10.0.20348.349]\n[Version 10.0.20348.350]")

    assert (reading.build, reading.base) == (None, 20348)
    assert "several builds" in reading.warnings[0]


def test_several_base_builds_are_not_chosen_from():
    reading = read_server_text("Windows Server 2019\nWindows Server 2022")

    assert (reading.base, reading.problem) == (None, "update_level_unknown")


def test_a_product_name_that_is_not_the_builds_is_warned_of():
    reading = read_server_text("Windows Server 2019 (OS Build 20348.350)")

    assert reading.build == Build(20348, 350)
    assert "Windows Server 2019" in reading.warnings[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("OS Name: Microsoft Windows 10 Pro\nOS Version: 10.0.17763 N/A Build 17763", "Windows 10"),
        ("Windows 11 Pro, version 24H2 (OS Build 26100.7623)", "Windows 11"),
        ("Microsoft Hyper-V Server 2019 [Version 10.0.17763.2300]", "Hyper-V Server"),
        ("Azure Stack HCI (OS Build 20348.350)", "Azure Stack HCI"),
        ("InstallationType : Client\nCurrentBuild : 17763\nUBR : 2300", "client"),
        ("    InstallationType    REG_SZ    Client\n (OS Build 17763.2300)", "client"),
    ],
)
def test_systems_that_share_a_base_build_with_a_server_are_not_taken_for_one(text, name):
    reading = read_server_text(text)

    assert (reading.build, reading.problem) == (None, "not_a_build")
    assert name in reading.warnings[0]


def test_the_version_10_0_is_not_windows_10():
    assert read_server_text("Microsoft Windows 10.0.20348").base == 20348
