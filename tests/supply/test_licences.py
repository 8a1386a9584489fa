"""Everything that is locked is under a licence that goes with ours, or its doubt is named; the list says so."""

from __future__ import annotations

from email.message import Message

import pytest

from supply import licences
from supply.licences import DOUBTS, READ, REMARKS, UnknownLicenceError, goes_with_ours, licence_of, spoken
from supply.lock import DEVELOPMENT, FOLDER, RUNTIME, pins


def test_the_list_is_the_one_that_the_locks_and_what_is_installed_make() -> None:
    written = (FOLDER / "licences.md").read_text(encoding="utf-8")
    assert written == licences.document(), "write it anew: python -m supply licences"


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=lambda path: path.stem)
def test_no_package_is_under_a_licence_that_does_not_go_with_ours(lock: object) -> None:
    assert isinstance(lock, type(RUNTIME))
    against = {pin.name for pin in pins(lock) if not goes_with_ours(licence_of(pin.name))}
    assert against == DOUBTS.keys()


def test_what_was_said_by_hand_is_about_packages_that_are_locked() -> None:
    assert DOUBTS.keys() | READ.keys() | REMARKS.keys() <= {pin.name for pin in pins(DEVELOPMENT)}


@pytest.mark.parametrize(
    ("expression", "goes"),
    [
        ("MIT", True),
        ("LGPL-3.0-only", True),
        ("Apache-2.0 AND CNRI-Python", False),
        ("GPL-2.0-only", False),
        ("MIT OR GPL-2.0-only", True),
        ("MIT AND (GPL-2.0-only OR BSD-3-Clause)", True),
        ("SSPL-1.0", False),
        ("BUSL-1.1", False),
        ("LicenseRef-theirs", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
    ],
)
def test_what_goes_with_ours(expression: str, goes: bool) -> None:
    assert goes_with_ours(expression) is goes


def test_the_expression_counts_before_words_and_words_before_classifiers() -> None:
    said = Message()
    said["Classifier"] = "License :: OSI Approved :: Apache Software License"
    assert spoken("parcel", said) == "Apache-2.0"
    said["License"] = "MIT License"
    assert spoken("parcel", said) == "MIT"
    said["License-Expression"] = "ISC OR MIT"
    assert spoken("parcel", said) == "ISC OR MIT"


@pytest.mark.parametrize("words", ["BSD", "UNKNOWN", "Proprietary", "see LICENSE"])
def test_words_that_may_mean_anything_are_no_licence(words: str) -> None:
    said = Message()
    said["License"] = words
    with pytest.raises(UnknownLicenceError):
        spoken("parcel", said)


def test_a_package_that_is_not_there_has_no_licence_until_somebody_read_it() -> None:
    with pytest.raises(UnknownLicenceError):
        licence_of("a-parcel-nobody-installed")
