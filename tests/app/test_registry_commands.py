"""`panah registry`: looked at first, taken in when it is said, found, shown, taken back, erased."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.registry.lists import LINES, MORE, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.app.conftest import Panah

SAID = (
    *("--source", "example-list", "--map", "id=No", "--map", "name=Full name", "--map", "born=Year of birth"),
    *("--map", "region=Prefecture", "--value", "status:释放=released", "--value", "status:in camp=held"),
    *("--set", "basis=public", "--by", "dana"),
)


def test_a_list_from_the_first_look_to_the_last(ready: Panah, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(text_of(*LINES, MORE, "26,No Year,,19,,,,"))
    looked = ready("registry", "import", str(file), *SAID)
    assert "new: 4 · changed: 0 · as it stands: 0" in looked.stdout
    assert "status (column 6)" in looked.stdout, "a column that is called like a field is one, and it is said"
    assert "not read, and not kept: 姓名, Shoe size" in looked.stdout
    assert "refused: 1" in looked.stdout
    assert "line 6: born: it is no year" in looked.stderr
    assert "line 5 ~ line 2: " in looked.stdout
    assert "Nothing was written" in looked.stdout
    assert "Nurlan" not in looked.output
    written = re.search(r"Taken in as ([0-9a-f-]{36})", ready.does("registry", "import", str(file), *SAID, "--write"))
    assert written is not None
    assert "all of it stands already" in ready.does("registry", "import", str(file), *SAID, "--write")
    assert "cli:dana" in ready.does("registry", "imports")
    code = re.search(r"R-[0-9A-Z-]{7}", ready.does("registry", "search", "Нұрлан Серікұлы"))
    assert code is not None
    shown = ready.does("registry", "show", code[0].lower())
    other = re.search(r"may be (R-\S+) \(open\)", shown)
    assert other is not None
    assert re.search(r"\[line \d of [0-9a-f]{12}, ", shown)
    assert ready.does("registry", "decide", code[0], other[1], "same") == "Noted.\n"
    assert "fewer than five" in ready.refuses("registry", "statistics")
    assert "Erased" in ready.does("registry", "erase", code[0], "--yes")
    assert "there is no such entry" in ready.refuses("registry", "show", code[0])
    assert "erased here before, and not taken in again: 1" in ready.does("registry", "import", str(file), *SAID)
    assert "3 entries are gone" in ready.does("registry", "undo", written[1])
    assert "Nobody" in ready.does("registry", "search", "Нұрлан")
    assert "a source is a short word" in ready.refuses("registry", "import", str(file), "--source", "A list")
