"""A team of three and whom they ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.story import Town

DUTY = """\
policies:
  - name: test
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 2
    needs:
      coordinator:
        - {notify: [{person: Aigerim}], channels: [telegram], wait: 2m}
        - {notify: [{person: Timur}], channels: [telegram], wait: 3m}
      lawyer:
        - {notify: [{role: lawyer}], channels: [telegram], wait: 5m}
"""


@dataclass(frozen=True)
class Team:
    """Aigerim is asked first, Timur after two minutes; Dana is the lawyer."""

    aigerim: Phone
    timur: Phone
    dana: Phone


@pytest.fixture
def team(town: Town) -> Team:
    town.policy(DUTY)
    return Team(*town.team(Aigerim="coordinator", Timur="coordinator", Dana="lawyer"))
