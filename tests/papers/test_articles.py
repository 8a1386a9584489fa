"""Articles as a lawyer of the country writes them, and as they stand where our data does not say what a number is."""

from __future__ import annotations

import pytest

from law.shipped import load_rules
from papers.articles import articles_in, written_articles
from papers.citing import cited
from papers.kinds import load_kinds
from papers.phrases import parts_of

CODE, LAW = "coao-2021-07", "refugees-2023-01"


@pytest.mark.parametrize(
    ("of", "told", "russian", "kazakh"),
    [
        (CODE, "883(4)", "ч. 4 ст. 883", "883-бабының 4-бөлігі"),
        (
            CODE,
            "832(1)-(2); 829-4(1),(3)",
            "ч. 1–2 ст. 832, ч. 1, 3 ст. 829-4",
            "832-бабының 1–2-бөліктері, 829-4-бабының 1, 3-бөліктері",
        ),
        ("cpc-2018-07", "49", "ст. 49", "49-бабы"),
        (
            "cpc-2018-07",
            "590(1)(4),(7),(11)",
            "п. 4), 7), 11) ч. 1 ст. 590",
            "590-бабының 1-бөлігінің 4), 7), 11) тармақтары",
        ),
        (LAW, "8(1)(5)", "пп. 5) п. 1 ст. 8", "8-бабының 1-тармағының 5) тармақшасы"),
        (LAW, "4(3)", "ст. 4(3)", "4(3)-бабы"),
        (CODE, "ch. 44-1", "ст. ch. 44-1", "ch. 44-1-бабы"),
    ],
)
def test_articles_are_written_as_each_language_has_them(of: str, told: str, russian: str, kazakh: str) -> None:
    """“4(3)” of a law that is no code may be its point or its sub-point: it stays as it is."""
    assert written_articles(told, "ru", parts_of(of, "ru")) == russian
    assert written_articles(told, "kk", parts_of(of, "kk")) == kazakh


def test_other_languages_have_their_own_way_and_english_that_of_the_data() -> None:
    assert written_articles("53(3)", "tr", None) == "53/3"
    assert written_articles("8(1)(5)", "en", None) == "8(1)(5)"
    assert written_articles("53(3)", "ru", None) == "ст. 53(3)"


def test_no_paper_of_kazakhstan_names_an_article_in_a_way_that_is_not_known() -> None:
    named = {
        line.text.split()[0]
        for kind in load_kinds().values()
        for line in kind.lines.get("ru", ())
        if line.name == "law"
    }
    assert len(named) > 10
    for what in named:
        one = cited(what)
        told = one.reference("ru")
        assert told.endswith("ПК РК") or "ст. " in told, what
        if one.laws[0].startswith("coao") and "ст. " in told:
            assert "ч. " in told, what


def test_a_month_is_one_month_and_nothing_is_counted_where_the_law_counts_nothing() -> None:
    assert cited("kz.refugee.leave_1m").text.endswith(": 1 month")
    assert not cited("kz.coao.expulsion.in_force_at_once").text.endswith("hours")
    for rule in load_rules().rules:
        assert not cited(rule.id).text.endswith((": 1 months", ": 1 days", ": 1 hours")), rule.id


def test_numbers_are_read_whole_or_not_at_all() -> None:
    (one,) = articles_in("829-4(1),(3)")
    assert (one.number, one.first, one.second) == ("829-4", "1, 3", "")
    assert articles_in("829-4(1), see the note") == ()
