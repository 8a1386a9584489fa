"""What is exported comes back unharmed, and harms no spreadsheet on the way."""

import csv
import io
import re
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.csv_cells import COLUMNS
from contacts.csv_format import read_contacts, write_contacts
from contacts.values import ContactCard, Gender, Role

FORMULA = "=+-@＝＋－＠"
NASTY = st.sampled_from(["=", "+", "-", "@", "＝", "'", '"', ";", ",", " ", "\t", "\n", "\r", "é", "Ә", "ئ", "a", "1"])
WILD = st.text(st.one_of(NASTY, st.characters()), max_size=20)
NUMBERS = st.integers(0, 99).map(lambda n: f"+770000000{n:02}")
HANDLES = st.from_regex(r"@[A-Za-z][A-Za-z0-9_]{2,31}", fullmatch=True)
CODES = {
    "regions": st.lists(st.sampled_from(["KZ", "KZ-ALM", "TR", "CN-65"]), max_size=3, unique=True),
    "languages": st.lists(st.sampled_from(["kk", "kk-Arab", "ug", "zh-Hant-TW"]), max_size=3, unique=True),
    "specialities": st.lists(WILD, max_size=3),
    "avoid": st.lists(WILD, max_size=3),
}


@st.composite
def written_rows(draw: st.DrawFn) -> str:
    """A file as a careless but honest team could keep it: any text wherever text is allowed."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(COLUMNS), restval="")
    writer.writeheader()
    for index in range(draw(st.integers(0, 3))):
        row = {
            "name": f"{draw(WILD)}{index}",
            "role": draw(st.sampled_from(Role)).value,
            "timezone": draw(st.sampled_from(["", "Asia/Almaty", "UTC"])),
            "country": draw(st.sampled_from(["", "KZ"])),
            "telegram": draw(st.just("") | HANDLES),
            "sms": draw(st.just("") | NUMBERS),
            "voice": draw(st.just("") | NUMBERS),
            "email": draw(st.sampled_from(["", "a@example.org", "-a@example.org", "=1+2@example.org"])),
            "max_active_cases": draw(st.sampled_from(["", "0", "12"])),
            "gender": draw(st.sampled_from(["", *Gender])),
            "may_act_until": draw(st.dates(min_value=date(1000, 1, 1)).map(str) | st.just("")),
            "verified_by": draw(WILD),
            "notes": draw(WILD),
            "other": draw(st.just("") | st.from_regex(r"[a-z]{2,9}://[!-\[\]-~]{1,20}", fullmatch=True)),
        }
        row |= {column: ";".join(draw(items)) for column, items in CODES.items()}
        writer.writerow(row)
    return out.getvalue()


@given(written_rows())
def test_what_was_read_is_written_and_read_again_the_same(text: str) -> None:
    cards = read_contacts(text).cards
    again = read_contacts(write_contacts(cards))
    assert again.problems == ()
    assert again.cards == cards


@given(st.lists(st.text(NASTY, min_size=1, max_size=12), min_size=1, max_size=3))
def test_nothing_exported_begins_a_formula_under_any_delimiter(notes: list[str]) -> None:
    cards = [ContactCard(f"P{n}", Role.LAWYER, sms="+77000000001", notes=note) for n, note in enumerate(notes)]
    for line in re.split(r"[\r\n]", write_contacts(cards)):
        for delimiter in (",", ";", "\t"):
            for row in csv.reader([line], delimiter=delimiter):
                for cell in row:
                    assert not cell.lstrip(' "').startswith(tuple(FORMULA))


def test_an_attack_written_into_a_name_is_text_in_a_spreadsheet() -> None:
    card = ContactCard('=HYPERLINK("https://example.org")', Role.PARTNER, notes='x;"=1+1')
    text = write_contacts([card])
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert row["name"].startswith("'=")
    assert row["notes"] == "x;\"'=1+1"
    assert read_contacts(text).cards == (card,)


def test_an_apostrophe_that_belongs_to_a_name_stays() -> None:
    text = "name,role\n'Abd,lawyer\n"
    assert read_contacts(text).cards[0].name == "'Abd"
    assert "\n'Abd," in write_contacts(read_contacts(text).cards)


def test_an_empty_directory_is_a_header() -> None:
    assert write_contacts([]) == ",".join(COLUMNS) + "\n"
    assert read_contacts(write_contacts([])).problems == ()


@settings(max_examples=200)
@given(st.text(st.one_of(NASTY, st.characters()), max_size=200) | st.binary(max_size=200))
def test_any_input_gives_a_reading(source: str | bytes) -> None:
    assert isinstance(read_contacts(source).cards, tuple)


@given(st.text(st.one_of(NASTY, st.characters()), max_size=100))
def test_any_rows_below_a_header_give_cards_or_problems(body: str) -> None:
    reading = read_contacts(f"name,role,notes,sms,regions\n{body}")
    assert all(problem.line >= 1 and problem.reason for problem in reading.problems)


@given(st.from_regex(r"\+[0-9][0-9 ()-]{5,16}", fullmatch=True))
def test_a_number_that_was_accepted_is_accepted_again_unchanged(number: str) -> None:
    for card in read_contacts(f'name,role,sms\nA,lawyer,"{number}"').cards:
        assert read_contacts(f"name,role,sms\nA,lawyer,{card.sms}").cards == (card,)
