"""A page is compiled once in a process, however often the application is built, and anew when its file was changed."""

from __future__ import annotations

from jinja2 import DictLoader, Environment

from web.compiled import CompiledOnce


def test_the_second_application_compiles_no_page_again_unless_its_file_has_changed() -> None:
    pages, kept = {"page": "Hello {{ name }}"}, CompiledOnce()

    def shows() -> str:
        return (
            Environment(loader=DictLoader(pages), bytecode_cache=kept, autoescape=True)
            .get_template("page")
            .render(name="Gulnar")
        )

    class Blind(Environment):
        def compile(self, *_: object, **__: object) -> str:  # type: ignore[override]
            raise AssertionError("it was compiled again")

    assert shows() == "Hello Gulnar"
    again = Blind(loader=DictLoader(pages), bytecode_cache=kept, autoescape=True)
    assert again.get_template("page").render(name="Dana") == "Hello Dana"
    pages["page"] = "Bye {{ name }}"
    assert shows() == "Bye Gulnar"
