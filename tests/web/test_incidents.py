"""Several people at once, as a coordinator meets them: paste, confirm, look, and do one thing for all."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.models import CUSTODY, Alert, Need
from cases.consent.agreeing import enter_consent
from cases.consent.models import Fact
from cases.consent.people import facts_of, known_of, known_person
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.models import Deadline, Occurrence, Watch
from cases.incidents.models import Incident, IncidentCase
from cases.incidents.reading import MOST_PEOPLE
from cases.models import Case, Download
from cases.pictures import told_by
from cases.verification import move_to_counsel
from store.eventlog import EventRow
from tests.accounts import Browser, Member, join, quick
from tests.cases.test_cleaning import DOCX
from tests.cases.test_pictures import picture
from tests.web.conftest import ZONE
from tests.web.queries import counted
from tests.web.scene import Scene
from tests.web.test_case_files import sends
from web.console.file_shown import ALONE
from web.factory import make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from store.unit_of_work import Store

LIST = """\
полиция забрала всех! список:
1. Guldana T., 34
2. Асқар Б.
3) سەرىك د
"""
FIELD = re.compile(r'name="(name|remark|written)" value="([^"]*)"')
PHOTO = re.compile(r'<img src="(/console/case/[^"]+/file/[^"]+/copy)"')
HAPPENED = {"measure": "administrative_arrest", "at": "2026-03-02T20:00", "until": "2026-03-09T20:00"}


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def aigerim(quick_store: Store) -> Member:
    return join(quick_store, "Aigerim")


def reads(browser: Browser, text: str, **more: str) -> str:
    """Paste a list; what the page says of it."""
    form = browser.token("/console/incidents/new")
    answer = browser.client.post(
        "/console/incidents/read", data={"form": form, "text": text, **more}, content_type="multipart/form-data"
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def makes(browser: Browser, text: str = LIST, **more: str) -> TestResponse:
    """Paste a list and say that it is right as it was read."""
    page = reads(browser, text, **{name: more[name] for name in ("report", "incident") if name in more})
    fields: dict[str, list[str]] = {"name": [], "remark": [], "written": []}
    for name, value in FIELD.findall(page):
        fields[name].append(value.replace("&#39;", "'"))
    ticked = re.findall(r'name="person" value="(\d+)" checked', page)
    given = {"form": browser.token(), **fields, "person": ticked, **HAPPENED, "take": "yes", **more}
    return browser.client.post("/console/incidents/make", data=given)


def code_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return answer.location.split("/")[-1].split("?")[0]


def acts(browser: Browser, code: str, do: str, **given: str | list[str]) -> TestResponse:
    return browser.client.post(
        f"/console/incident/{code}/act", data={"form": browser.token(), "do": do, "everybody": "yes", **given}
    )


def counts(store: Store, *models: type) -> tuple[int, ...]:
    with store.read() as unit:
        return tuple(unit.session.scalar(select(func.count()).select_from(model)) or 0 for model in models)


def test_nothing_is_kept_of_a_list_until_a_human_has_said_that_it_is_right(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    page = reads(Browser(client).comes_in(aigerim), LIST)
    assert 'value="Guldana T."' in page
    assert "полиция забрала всех!" in page
    assert page.count(" checked") >= 3
    assert counts(quick_store, Case, Incident) == (0, 0)


def test_each_person_has_a_case_with_a_name_custody_clocks_and_a_search_for_a_lawyer(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    code = code_of(makes(Browser(client).comes_in(aigerim), place="ИВС, Алматы", feared="CN"))
    with quick_store.read() as unit:
        cases = unit.session.scalars(
            select(Case).join(IncidentCase, IncidentCase.case_id == Case.id).order_by(IncidentCase.number)
        ).all()
        assert len({code, *(case.code for case in cases)}) == 4, "no two codes are alike"
        known = []
        for case in cases:
            person = known_person(unit, case.id)
            assert person is not None
            known.append({fact.field: known_of(unit, fact).value for fact in facts_of(unit, person.id)})
        assert [one.get("name_latin") or one.get("name_native") for one in known] == [
            "Guldana T.",
            "Асқар Б.",
            "سەرىك د",
        ]
        assert {one["place"] for one in known} == {"ИВС, Алматы"}
        assert {case.threatened_state for case in cases} == {"CN"}
        for case in cases:
            entered = unit.session.scalars(select(Occurrence).where(Occurrence.case_id == case.id)).all()
            assert [one.kind for one in entered] == ["administrative_arrest"]
            needs = unit.session.scalars(
                select(Need)
                .join(Alert, Alert.id == Need.alert_id)
                .where(Need.case_id == case.id, Alert.kind == CUSTODY)
            ).all()
            assert {need.kind: need.state for need in needs} == {"coordinator": "accepted", "lawyer": "paging"}
            assert {watch.kind for watch in unit.session.scalars(select(Watch).where(Watch.case_id == case.id))} == {
                "end_of_term",
                "family_update",
            }
    assert quick_store.verify_log() == []


def test_what_the_list_said_besides_people_stands_with_the_incident(client: FlaskClient, aigerim: Member) -> None:
    browser = Browser(client).comes_in(aigerim)
    page = browser.sees(f"/console/incident/{code_of(makes(browser))}")
    assert "полиция забрала всех!" in page
    assert "Guldana T." in page
    assert "список:" in page


@pytest.mark.parametrize("people", [3, 60])
def test_the_page_asks_the_database_as_often_for_sixty_as_for_three(
    quick_store: Store, client: FlaskClient, aigerim: Member, people: int
) -> None:
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser, "\n".join(f"{n}. Serik N{chr(96 + n % 26 + 1)}" for n in range(1, people + 1))))
    browser.sees(f"/console/incident/{code}")
    with counted(quick_store) as asked:
        page = browser.client.get(f"/console/incident/{code}", headers={"HX-Request": "true"}).text
    assert page.count('class="tick"') >= people
    assert asked.count <= 8, asked.statements
    with counted(quick_store) as asked:
        browser.sees("/console/incidents")
    assert asked.count <= 8, asked.statements


def test_who_was_shown_a_name_stands_in_the_chain_of_the_case_and_not_again_at_each_refresh(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser))
    seen = select(func.count()).where(
        EventRow.name == "IncidentViewed", EventRow.actor == f"contact:{aigerim.contact_id}"
    )
    for headers, expected in (({}, 3), ({"HX-Request": "true"}, 3), ({}, 6)):
        browser.client.get(f"/console/incident/{code}", headers=headers)
        with quick_store.read() as unit:
            assert unit.session.scalar(seen) == expected


def test_others_who_run_the_team_see_codes_and_may_take_it_and_lawyers_see_nothing(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    timur, dana = join(quick_store, "Timur"), join(quick_store, "Dana", "lawyer")
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser, place="ИВС, Алматы", take=""))
    page = browser.sees(f"/console/incident/{code}")
    assert "Guldana" not in page, "whoever made it and did not take it reads it no more"
    assert "ИВС" not in page
    assert "Accept all of them" in page
    Browser(client).comes_in(dana).sees(f"/console/incident/{code}", 404)
    browser.comes_in(timur).sends(f"/console/incident/{code}/accept")
    assert "Guldana T." in browser.sees(f"/console/incident/{code}")
    assert "Guldana" not in browser.comes_in(aigerim).sees(f"/console/incident/{code}")
    with quick_store.read() as unit:
        states = unit.session.execute(select(Need.kind, Need.state, Need.accepted_by)).all()
    assert sorted(states, key=str) == sorted(
        [("coordinator", "accepted", timur.contact_id)] * 3 + [("lawyer", "paging", None)] * 3, key=str
    )


def test_a_lawyer_sees_those_they_took_by_name_and_the_others_as_codes(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    dana = join(quick_store, "Dana", "lawyer")
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser))
    with quick_store.read() as unit:
        first = unit.session.scalars(
            select(Need)
            .join(IncidentCase, IncidentCase.case_id == Need.case_id)
            .where(Need.kind == "lawyer", IncidentCase.number == 1)
        ).one()
        unit.session.expunge_all()
    browser.comes_in(dana).sends(f"/console/need/{first.id}", answer="accept")
    page = browser.sees(f"/console/incident/{code}")
    assert "Guldana T." in page
    assert "Асқар" not in page
    assert "Who has no lawyer" in page
    acts(browser, code, "contact_made")
    with quick_store.read() as unit:
        assert unit.session.get_one(Need, first.id).contact_made_at is not None
        assert unit.session.scalar(select(func.count()).where(Need.contact_made_at.is_not(None))) == 1


def test_under_duress_there_is_no_incident_and_nothing_is_made(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser))
    browser.comes_in(aigerim, duress=True)
    assert code not in browser.sees("/console/incidents")
    browser.sees(f"/console/incident/{code}", 404)
    assert makes(browser).status_code == 303
    assert acts(browser, code, "transfer").status_code == 404
    assert browser.sends(f"/console/incident/{code}/accept").status_code == 404
    assert counts(quick_store, Incident, Case) == (1, 3)


def test_one_press_does_it_for_all_who_were_chosen(quick_store: Store, client: FlaskClient, aigerim: Member) -> None:
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser))
    with quick_store.read() as unit:
        chosen = unit.session.scalars(
            select(Case.code).join(IncidentCase, IncidentCase.case_id == Case.id).where(IncidentCase.number <= 2)
        ).all()
    assert acts(browser, code, "transfer", everybody="", case=list(chosen), place="Zharkent").status_code == 303
    assert acts(browser, code, "event", event="photographed").status_code == 303
    with quick_store.read() as unit:
        kinds = [one.kind for one in unit.session.scalars(select(Occurrence))]
        places = unit.session.scalar(select(func.count()).where(Fact.field == "place"))
        told = unit.session.scalars(select(Watch.state).where(Watch.kind == "family_update")).all()
    assert (kinds.count("transferred"), kinds.count("photographed"), places) == (2, 3, 2)
    assert set(told) == {"waiting"}
    assert "Zharkent" in browser.sees(f"/console/incident/{code}")
    acts(browser, code, "told")
    with quick_store.read() as unit:
        kept = unit.session.scalars(select(Watch).where(Watch.kind == "family_update", Watch.state == "kept")).all()
    assert len(kept) == 3
    assert acts(browser, code, "promise", at="2026-03-03T12:00").status_code == 303
    assert acts(browser, code, "promise", at="2020-01-01T12:00").status_code == 409
    assert acts(browser, code, "event", event="hearing_moved", at="2026-03-05T12:00").status_code == 409
    assert acts(browser, code, "transfer", everybody="").status_code == 409, "nobody was chosen"


def numbers(store: Store) -> list[int]:
    """Who is in the incident, by their number in the list."""
    with store.read() as unit:
        return sorted(unit.session.scalars(select(IncidentCase.number)))


def test_who_does_not_belong_to_it_is_taken_out_and_keeps_their_case_but_not_the_last(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser))
    with quick_store.read() as unit:
        of_number = select(Case.code, IncidentCase.number).join(IncidentCase, IncidentCase.case_id == Case.id)
        second = next(one.code for one in unit.session.execute(of_number) if one.number == 2)
    assert acts(browser, code, "leave").status_code == 409, "an incident ends with its last case"
    assert numbers(quick_store) == [1, 2, 3], "then nobody is taken out"
    assert acts(browser, code, "leave", everybody="", case=second).status_code == 303
    assert numbers(quick_store) == [1, 3]
    assert second not in browser.sees(f"/console/incident/{code}")
    assert "Асқар" in browser.sees(f"/console/case/{second}")
    assert counts(quick_store, Case) == (3,)
    assert acts(browser, code, "leave", everybody="", case=second).status_code == 409, "nobody of it was chosen"


def test_a_lawyer_takes_nobody_out_of_an_incident(quick_store: Store, client: FlaskClient, aigerim: Member) -> None:
    """The button is not on their page; whoever sends what it would send is told that there is nothing."""
    dana = join(quick_store, "Dana", "lawyer")
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser))
    with quick_store.read() as unit:
        needs = unit.session.scalars(select(Need.id).where(Need.kind == "lawyer")).all()
    for need in needs[:2]:
        browser.comes_in(dana).sends(f"/console/need/{need}", answer="accept")
    assert 'value="leave"' not in browser.sees(f"/console/incident/{code}")
    assert acts(browser, code, "leave").status_code == 404
    assert numbers(quick_store) == [1, 2, 3]


def test_what_cannot_be_done_for_several_is_done_for_nobody(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser))
    before = counts(quick_store, Occurrence, Watch, Fact)
    assert acts(browser, code, "transfer", at="2026-03-09T12:00", place="Zharkent").status_code == 409, "not yet"
    assert acts(browser, code, "promise").status_code == 409, "by when?"
    assert "within a month" in acts(browser, code, "promise", at="2026-05-09T12:00").text
    assert acts(browser, code, "event", event="photographed", at="2026-03-09T12:00").status_code == 409
    assert acts(browser, code, "erase").status_code == 404
    assert counts(quick_store, Occurrence, Watch, Fact) == before


def test_a_message_with_many_names_stays_one_report_beside_those_it_told_of(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    scene = Scene.begin(quick_store, LIST)
    timur = join(quick_store, "Timur")
    with quick_store.unit("test") as unit:
        scene.need_of(unit, accepted_by=timur.contact_id)
    browser = Browser(client).comes_in(timur)
    assert "/console/incidents/new?report=" in browser.sees(f"/console/case/{scene.code}")
    assert "Guldana T., 34" in browser.sees(f"/console/incidents/new?report={scene.code}")
    browser.comes_in(aigerim).sees(f"/console/incidents/new?report={scene.code}", 404)
    code = code_of(makes(browser.comes_in(timur), report=scene.code))
    assert scene.code in browser.sees(f"/console/incident/{code}")
    assert counts(quick_store, Case) == (4,)
    more = code_of(makes(browser, "4. Марат К", incident=code))
    assert more == code
    with quick_store.read() as unit:
        assert sorted(unit.session.scalars(select(IncidentCase.number))) == [0, 1, 2, 3, 4]


def test_what_is_for_counsel_alone_stands_in_no_list(quick_store: Store, client: FlaskClient, aigerim: Member) -> None:
    scene = Scene.begin(quick_store, LIST)
    secret = scene.says("they crossed at night, by a way that I tell you")
    scene.says("5. Марат К")
    with quick_store.unit("test") as unit:
        scene.need_of(unit, accepted_by=aigerim.contact_id)
        assert move_to_counsel(unit, scene.case_id, secret)
    page = Browser(client).comes_in(aigerim).sees(f"/console/incidents/new?report={scene.code}")
    assert "crossed at night" not in page
    assert "Guldana T., 34" in page
    assert "5. Марат К" in page


def test_the_longest_list_there_may_be_becomes_as_many_cases(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    names = [f"{number}. Гүлдана Мысалқызы Мұқаметжанова-{number}, 34, Шонжы" for number in range(1, MOST_PEOPLE + 1)]
    code = code_of(makes(Browser(client).comes_in(aigerim), "\n".join(names), place="ИВС"))
    assert counts(quick_store, Case) == (MOST_PEOPLE,)
    assert code in Browser(client).comes_in(aigerim).sees("/console/incidents")


def test_a_workbook_may_be_as_large_as_workbooks_are(client: FlaskClient, aigerim: Member) -> None:
    browser = Browser(client).comes_in(aigerim)
    table = ("name;age\n" + "Гүлдана Мысалқызы;34\n" * 200).encode()
    assert len(table) > 4 * 1024
    data = {"form": browser.token("/console/incidents/new"), "text": "", "table": (io.BytesIO(table), "list.csv")}
    answer = client.post("/console/incidents/read", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert answer.text.count('value="Гүлдана Мысалқызы"') == 200
    far_too_large = {**data, "form": browser.token(), "table": (io.BytesIO(bytes(1024 * 1024)), "list.xlsx")}
    assert client.post("/console/incidents/read", data=far_too_large).status_code == 413


def test_a_photo_of_a_list_stands_beside_the_form_it_is_typed_into(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    scene = Scene.begin(quick_store, "this is the list from the station")
    sends(scene, picture())
    sends(scene, DOCX)
    with quick_store.unit("test") as unit:
        scene.need_of(unit, accepted_by=aigerim.contact_id)
    browser = Browser(client).comes_in(aigerim)
    begun = browser.sees(f"/console/incidents/new?report={scene.code}")
    shown = PHOTO.findall(begun)
    assert len(shown) == 1, "a document is no photo"
    answer = client.get(shown[0])
    assert (answer.mimetype, told_by(answer.data, "image/jpeg")) == ("image/jpeg", {})
    assert answer.data != picture(), "a copy of its dots, not what came"
    assert answer.headers["Content-Security-Policy"] == ALONE
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with quick_store.read() as unit:
        assert unit.session.scalar(select(func.count()).where(EventRow.name == "FileViewed")) == 1
    assert shown[0] in reads(browser, LIST, report=scene.code), "it is still there while what was typed is looked at"
    someone = Browser(client).comes_in(join(quick_store, "Timur"))
    someone.sees(shown[0], 404)
    other = Scene.begin(quick_store, "another report")
    with quick_store.unit("test") as unit:
        other.need_of(unit, accepted_by=aigerim.contact_id)
    Browser(client).comes_in(aigerim).sees(shown[0].replace(scene.code, other.code), 404)


def test_a_photo_for_counsel_alone_stands_beside_no_form_of_anybody_else(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    scene = Scene.begin(quick_store, "this is the list from the station")
    sends(scene, picture())
    with quick_store.unit("test") as unit:
        scene.need_of(unit, accepted_by=aigerim.contact_id)
        secret = unit.session.scalars(select(Download.message_id)).one()
        assert secret is not None
        assert move_to_counsel(unit, scene.case_id, secret)
    begun = Browser(client).comes_in(aigerim).sees(f"/console/incidents/new?report={scene.code}")
    assert not PHOTO.findall(begun)


def test_a_photo_that_does_not_open_is_not_shown(quick_store: Store, client: FlaskClient, aigerim: Member) -> None:
    scene = Scene.begin(quick_store)
    sends(scene, picture()[:400])
    with quick_store.unit("test") as unit:
        scene.need_of(unit, accepted_by=aigerim.contact_id)
    begun = Browser(client).comes_in(aigerim).sees(f"/console/incidents/new?report={scene.code}")
    answer = client.get(PHOTO.findall(begun)[0])
    assert (answer.status_code, answer.mimetype) == (415, "text/html")


def test_consent_is_shown_as_it_stands(quick_store: Store, client: FlaskClient, aigerim: Member) -> None:
    browser = Browser(client).comes_in(aigerim)
    code = code_of(makes(browser))
    with quick_store.unit("test") as unit:
        case_id = unit.session.scalars(select(IncidentCase.case_id).where(IncidentCase.number == 1)).one()
        enter_consent(
            unit,
            case_id,
            Audience.UNHCR,
            [FieldClass.IDENTITY],
            granted=True,
            authority=Authority.PERSON,
            how="by phone",
        )
    page = browser.sees(f"/console/incident/{code}")
    assert page.count("UNHCR") == 1
    assert page.count("lawyer only") == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"at": "2030-01-01T10:00"}, 400),
        ({"measure": "hearing_moved"}, 400),
        ({"region": "nowhere"}, 400),
        ({"person": ""}, 400),
        ({"report": "AAA-AA2"}, 404),
        ({"incident": "AAA-AA2"}, 404),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost_of_what_was_typed(
    quick_store: Store, client: FlaskClient, aigerim: Member, given: dict[str, str], said: int
) -> None:
    answer = makes(Browser(client).comes_in(aigerim), **given)
    assert answer.status_code == said
    assert said == 404 or "Guldana T." in answer.text
    assert counts(quick_store, Incident, Case, Deadline) == (0, 0, 0)


def test_a_table_is_read_and_a_workbook_is_refused(client: FlaskClient, aigerim: Member) -> None:
    import io

    browser = Browser(client).comes_in(aigerim)
    for content, status in (("ФИО;Возраст\nИванов Иван;34\n".encode(), 200), (b"PK\x03\x04", 400)):
        data = {"form": browser.token(), "text": "", "table": (io.BytesIO(content), "list.csv")}
        answer = client.post("/console/incidents/read", data=data, content_type="multipart/form-data")
        assert answer.status_code == status
        assert status == 400 or 'value="Иванов Иван"' in answer.text
