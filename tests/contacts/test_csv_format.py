"""What a team really sends: files from Excel in three locales, with the mistakes people make."""

from datetime import date

import pytest

from contacts.csv_format import MAX_ROWS, Problem, read_contacts
from contacts.csv_table import MAX_BYTES
from contacts.values import ContactCard, Gender, Role

HEADER = (
    "name,role,regions,languages,specialities,timezone,country,telegram,sms,voice,email,"
    "max_active_cases,gender,avoid,may_act_until,verified_by,notes,other"
)
AIGERIM = (
    "Айгерім Үлгі,lawyer,KZ-ALM;KZ-AST,kk;kk-Arab;ru,asylum; extradition,Asia/Almaty,KZ,@aigerim_example,"
    '+7 700 000 00 01,+7 (700) 000-00-02,Aigerim@Example.ORG,4,female,"Firm A;Firm B",2030-12-31,Timur,'
    '"first line\nsecond line",ntfys://ntfy.example.org/aigerim\n'
)


def one(column: str, cell: str) -> object:
    """What the cell becomes in a file that has nothing else; its problem's reason if it is refused."""
    quoted = cell.replace('"', '""')
    reading = read_contacts(f'name,role,{column}\nAigerim,lawyer,"{quoted}"\n')
    if reading.problems:
        (problem,) = reading.problems
        assert (problem.line, problem.column) == (2, column)
        assert reading.cards == ()
        return problem.reason
    return getattr(reading.cards[0], column)


def test_a_full_row() -> None:
    reading = read_contacts(f"{HEADER}\n{AIGERIM}")
    assert reading.problems == ()
    assert reading.cards == (
        ContactCard(
            name="Айгерім Үлгі",
            role=Role.LAWYER,
            regions=("KZ-ALM", "KZ-AST"),
            languages=("kk", "kk-Arab", "ru"),
            specialities=("asylum", "extradition"),
            timezone="Asia/Almaty",
            country="KZ",
            telegram="@aigerim_example",
            sms="+77000000001",
            voice="+77000000002",
            email="Aigerim@example.org",
            max_active_cases=4,
            gender=Gender.FEMALE,
            avoid=("Firm A", "Firm B"),
            may_act_until=date(2030, 12, 31),
            verified_by="Timur",
            notes="first line\nsecond line",
            other="ntfys://ntfy.example.org/aigerim",
        ),
    )


def test_only_name_and_role_are_needed_in_any_order_and_spelling_of_the_header() -> None:
    assert read_contacts("Role, NAME\nCoordinator, Timur").cards == (ContactCard(name="Timur", role=Role.COORDINATOR),)
    assert read_contacts("name,role,Max active-cases\nTimur,unhcr,2").cards[0].max_active_cases == 2


@pytest.mark.parametrize(
    "data",
    [
        f"{HEADER}\n{AIGERIM}".encode(),
        f"{HEADER}\n{AIGERIM}".encode("utf-8-sig"),
        f"{HEADER}\n{AIGERIM}".encode("utf-16"),
        b"\xfe\xff" + f"{HEADER}\n{AIGERIM}".encode("utf-16-be"),
        f"\ufeff{HEADER}\n{AIGERIM}",
        f"{HEADER}\n{AIGERIM}".replace("\n", "\r\n"),
        f"{HEADER}\n{AIGERIM}".replace("\n", "\r"),
        f"sep=,\n{HEADER}\n{AIGERIM}",
    ],
    ids=["utf-8", "bom", "utf-16-le", "utf-16-be", "text with bom", "crlf", "old mac", "separator line"],
)
def test_the_same_card_from_every_way_of_saving_it(data: str | bytes) -> None:
    assert read_contacts(data) == read_contacts(f"{HEADER}\n{AIGERIM}")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_in_the_header(delimiter: str) -> None:
    rows = [["name", "role", "languages", "notes"], ["Timur", "lawyer", '"kk;ru"', '"a, b; c"']]
    reading = read_contacts("\n".join(delimiter.join(row) for row in rows))
    assert reading.problems == ()
    assert reading.cards == (ContactCard("Timur", Role.LAWYER, languages=("kk", "ru"), notes="a, b; c"),)


@pytest.mark.parametrize("quoted", ['"name";"role"\n"Timur";"lawyer"', "sep=;\r\nname;role;;\r\nTimur;lawyer;;\r\n"])
def test_semicolons_from_a_spreadsheet(quoted: str) -> None:
    assert read_contacts(quoted).cards == (ContactCard("Timur", Role.LAWYER),)


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "empty"),
        (b"\n \n,,\n", 1, "empty"),
        ("name,role\nTimur,lawyer\nАйгерім,lawyer".encode("cp1251", "replace"), 3, "UTF-8"),
        ("name,role\nTimur,lawyer".encode("utf-16-le"), 1, "UTF-16"),
        ("name,role\nTimur,lawyer".encode("utf-32"), 1, "UTF-32"),
        (b"\xff\xfea\x00b", 1, "UTF-8"),
        (b"PK\x03\x04rest of a workbook", 1, "spreadsheet"),
        (b"name,role\n" + b"x" * MAX_BYTES, 1, "5 MB"),
        ("name,role\n" + "ж" * (MAX_BYTES // 2), 1, "5 MB"),
        ("Timur,+77000000001\nAigerim,+77000000002", 1, "name and role"),
        ("name,notes\nTimur,x", 1, "lacks role"),
        ("name,role" + ",x" * 200, 1, "100 columns"),
        ('name,role\n"Timur,lawyer\nAigerim,lawyer\n', 2, "quotation marks"),
        ('name,role\n"Timur" Jr,lawyer\n', 2, "quotation marks"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(data: str | bytes, line: int, words: str) -> None:
    reading = read_contacts(data)
    assert reading.cards == ()
    (problem,) = reading.problems
    assert (problem.line, problem.column) == (line, None)
    assert words in problem.reason
    assert "Timur" not in problem.reason


def test_rows_above_a_broken_quotation_mark_are_kept() -> None:
    reading = read_contacts('name,role\nTimur,lawyer\n\nAigerim,"lawyer\n')
    assert [card.name for card in reading.cards] == ["Timur"]
    assert [problem.line for problem in reading.problems] == [4]


def test_too_many_rows_are_refused_from_there_on() -> None:
    text = "name,role\n" + "".join(f"Person {n},partner\n" for n in range(MAX_ROWS + 1))
    reading = read_contacts(text)
    assert len(reading.cards) == MAX_ROWS
    assert [problem.line for problem in reading.problems] == [MAX_ROWS + 2]


def test_lines_are_those_of_a_text_editor() -> None:
    reading = read_contacts('name,role,notes\nA,lawyer,"one\ntwo\r\nthree"\n\n ,, \nB,wizard,\nC,lawyer,\nD,,\n')
    assert [(p.line, p.column) for p in reading.problems] == [(7, "role"), (9, "role")]
    assert [card.name for card in reading.cards] == ["A", "C"]


def test_everything_wrong_is_reported_at_once_and_good_rows_are_kept() -> None:
    reading = read_contacts(
        "name,role,sms,timezone,phone,,regions\n"
        "Timur,wizard,123,Almaty,ignored,,\n"
        "Aigerim,lawyer,+77000000001,,,lost,Almaty\n"
        "Dana,doctor,,,,,KZ,too,far\n"
        "Marat,observer,,,,,KZ\n"
    )
    assert [(problem.line, problem.column) for problem in reading.problems] == [
        (1, "column 5"),
        (2, "role"),
        (2, "sms"),
        (2, "timezone"),
        (3, "column 6"),
        (3, "regions"),
        (4, "column 8"),
        (4, "column 9"),
    ]
    assert [card.name for card in reading.cards] == ["Marat"]


def test_headings_a_person_got_wrong() -> None:
    unknown, second, stranger = read_contacts("name,role,region,name,Aigerim\nT,lawyer,,,").problems
    assert "did you mean regions?" in unknown.reason
    assert "second column" in second.reason
    assert "Aigerim" not in str(stranger)


def test_a_problem_reads_as_a_sentence() -> None:
    assert str(Problem(4, "role", "it is empty")) == "line 4, role: it is empty"
    assert str(Problem(1, None, "the file is empty")) == "line 1: the file is empty"


class TestRepeats:
    def test_the_same_row_twice(self) -> None:
        reading = read_contacts("name,role\nTimur,lawyer\nTimur , Lawyer\n")
        assert len(reading.cards) == 1
        assert reading.problems == (Problem(3, None, "the same row as line 2; delete one of them"),)

    def test_the_same_name_in_another_spelling(self) -> None:
        reading = read_contacts("name,role\nАйгерім  Ү,lawyer\nайгерім ү,doctor\n")
        assert [(p.line, p.column) for p in reading.problems] == [(3, "name")]
        assert "line 2" in reading.problems[0].reason

    def test_the_same_number_of_two_people(self) -> None:
        reading = read_contacts("name,role,sms,voice\nA,lawyer,+77000000001,\nB,lawyer,,+7 700 000 00 01\n")
        assert [(p.line, p.column) for p in reading.problems] == [(3, "voice")]
        assert "0001" not in reading.problems[0].reason

    def test_one_number_for_texts_and_calls_is_usual(self) -> None:
        reading = read_contacts("name,role,sms,voice\nA,lawyer,+77000000001,+77000000001\n")
        assert reading.problems == ()

    def test_the_same_telegram_account(self) -> None:
        reading = read_contacts("name,role,telegram\nA,lawyer,@Example\nB,lawyer,https://t.me/example\n")
        assert [(p.line, p.column) for p in reading.problems] == [(3, "telegram")]

    def test_a_shared_mailbox_is_usual(self) -> None:
        assert not read_contacts("name,role,email\nA,lawyer,x@example.org\nB,lawyer,x@example.org\n").problems


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("sms", "\u202a+7\u00a0700\u2011000\u201100\u201101\u202c", "+77000000001"),
        ("sms", "＋７７０００００００１", "Refused"),
        ("sms", "＋７７００００００００１", "+77000000001"),
        ("sms", "'+77000000001", "+77000000001"),
        ("voice", "+86 138 0000 0000", "+8613800000000"),
        ("voice", "+90 500 000 00 00", "+905000000000"),
        ("voice", "+998 00 000 00 00", "+998000000000"),
        ("sms", "+7 700 000 00", "Refused"),
        ("sms", "+7 700 000 00 011", "Refused"),
        ("sms", "8 700 000 00 01", "Refused"),
        ("sms", "7.7E+10", "Refused"),
        ("sms", "7,7E+10", "Refused"),
        ("sms", "+7 700 FLOWERS", "Refused"),
        ("sms", "+7 700 000 00 01 ext 5", "Refused"),
        ("sms", "+77000000001, +77000000002", "Refused"),
        ("voice", "+44 (0)20 7946 0000", "+442079460000"),
        ("voice", "+82 000 0000", "Refused"),
        ("sms", "+999 000 000 000", "Refused"),
        ("telegram", "aigerim_example", "@aigerim_example"),
        ("telegram", "https://t.me/aigerim_example", "@aigerim_example"),
        ("telegram", "100200300", "100200300"),
        ("telegram", "+7 700 000 00 01", "+77000000001"),
        ("telegram", "-100200300", "Refused"),
        ("telegram", "https://t.me/+AbCdEf", "Refused"),
        ("telegram", "Айгерім", "Refused"),
        ("regions", "kz; kz-alm ;KZ", ("KZ", "KZ-ALM")),
        ("regions", "KZ, TR", ("KZ", "TR")),
        ("regions", "KZ-19", ("KZ-19",)),
        ("regions", "Almaty", "Refused"),
        ("regions", "ZZ", "Refused"),
        ("regions", "КZ", "Refused"),
        ("regions", ";;", ()),
        ("languages", "KK;kk_arab;zh-hant-tw;UIG;sgh", ("kk", "kk-Arab", "zh-Hant-TW", "ug", "sgh")),
        ("languages", "kz", "Refused"),
        ("languages", "Russian", "Refused"),
        ("timezone", "asia/almaty", "Asia/Almaty"),
        ("timezone", "America/New York", "America/New_York"),
        ("timezone", "UTC", "UTC"),
        ("timezone", "UTC+5", "Refused"),
        ("timezone", "../../etc/passwd", "Refused"),
        ("timezone", "localtime", "Refused"),
        ("timezone", "right/Asia/Almaty", "Refused"),
        ("country", "kz", "KZ"),
        ("country", "UK", "Refused"),
        ("country", "KAZ", "Refused"),
        ("email", "a.b+c@mail.example.org", "a.b+c@mail.example.org"),
        ("email", "a@example.org\nBcc: b@example.org", "Refused"),
        ("email", "a@example.org\r", "a@example.org"),
        ("email", "a@example.org, b@example.org", "Refused"),
        ("email", "Aigerim <a@example.org>", "Refused"),
        ("email", "a@ехample.org", "Refused"),
        ("email", "a@localhost", "Refused"),
        ("email", "a" * 250 + "@example.org", "Refused"),
        ("max_active_cases", "0", 0),
        ("max_active_cases", "007", 7),
        ("max_active_cases", "-1", "Refused"),
        ("max_active_cases", "2.0", "Refused"),
        ("max_active_cases", "9" * 200, "Refused"),
        ("may_act_until", "2028-02-29", date(2028, 2, 29)),
        ("may_act_until", "2027-02-29", "Refused"),
        ("may_act_until", "31.12.2030", "Refused"),
        ("may_act_until", "20301231", "Refused"),
        ("gender", "F", Gender.FEMALE),
        ("gender", "муж", Gender.MALE),
        ("gender", "any", "Refused"),
        ("role", "LAWYER", Role.LAWYER),
        ("specialities", "asylum\nextradition;Asylum", ("asylum", "extradition")),
        ("avoid", "x" * 301, "Refused"),
        ("avoid", ";".join(str(n) for n in range(101)), "Refused"),
        ("verified_by", "two\nlines", "Refused"),
        ("verified_by", "a \t b", "a b"),
        ("other", " ntfys://ntfy.example.org/topic ", "ntfys://ntfy.example.org/topic"),
        (
            "other",
            "signals://example.org/+77000000001/+77000000002?format=text",
            "signals://example.org/+77000000001/+77000000002?format=text",
        ),
        ("other", "matrix.example.org/room", "Refused"),
        ("other", "matrixs://", "Refused"),
        ("other", "ntfys://a b", "Refused"),
        ("other", "ntfys://a ntfys://b", "Refused"),
        ("other", "ntfys://a\nntfys://b", "Refused"),
        ("other", "ntfys://ехample.org", "Refused"),
        ("other", "ntfys:\\\\example.org", "Refused"),
        ("other", "ntfys://" + "x" * 2000, "Refused"),
        ("notes", "x" * 4001, "Refused"),
        ("notes", "=1+1", "=1+1"),
        ("notes", "a\x00b", "Refused"),
        ("notes", "a\x1b[31m", "Refused"),
        ("notes", "lost \ufffd letters", "Refused"),
        ("notes", "half \ud800 a pair", "Refused"),
        ("notes", "e\u0301 \u2069\u202eevil", "é evil"),
        ("notes", "می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_cells(column: str, cell: str, value: object) -> None:
    if column == "role":
        assert read_contacts(f"name,role\nA,{cell}").cards[0].role == value
        return
    result = one(column, cell)
    if value == "Refused":
        assert isinstance(result, str)
        assert len(result) > 20
        assert len(cell) < 4 or cell not in result
    else:
        assert result == value


@pytest.mark.parametrize("name", ["Аса? ?лгі", "...", "two\nlines", "x" * 301, "\u202e"])
def test_names_that_are_refused(name: str) -> None:
    (problem,) = read_contacts(f'name,role\n"{name}",lawyer').problems
    assert problem.column == "name"
    assert name not in problem.reason


@pytest.mark.parametrize("name", ["Айгерім Үлгі", "ئۈلگە", "示例", "Ulgi, Aigerim (Almaty)", "'Abd O'Neil", "=Aigerim"])
def test_names_in_every_script_are_taken(name: str) -> None:
    assert read_contacts(f'name,role\n"{name}",lawyer').cards[0].name == name


def test_an_unknown_role_lists_the_roles() -> None:
    (problem,) = read_contacts("name,role\nTimur,wizard").problems
    assert all(role in problem.reason for role in Role)


def test_a_number_rounded_by_the_spreadsheet_is_explained() -> None:
    assert "format the column as text" in str(one("sms", "7.7E+10"))


def test_no_reason_repeats_a_value() -> None:
    values = {
        "sms": "8-700-000-77-77",
        "telegram": "канарейка",
        "email": "canary at example",
        "notes": "canary\x07",
        "timezone": "Canary/Town",
        "country": "Canaria",
        "regions": "Canaria",
        "languages": "canarian",
        "gender": "canary",
        "max_active_cases": "canary",
        "may_act_until": "canary",
        "verified_by": "canary\ncanary",
        "other": "canary://canary canary",
    }
    row = ",".join(f'"{value}"' for value in values.values())
    reading = read_contacts(f"name,role,{','.join(values)}\ncanary?,canary,{row}\n")
    assert {problem.column for problem in reading.problems} == {"name", "role", *values}
    for word in ("canar", "Canar", "канар", "7777", "77-77"):
        assert word not in "".join(map(str, reading.problems))
