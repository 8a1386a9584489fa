from datetime import date

from contacts.csv_cells import COLUMNS
from contacts.values import ChannelName, ContactCard, Gender, Role

CANARY = "Canary"
FULL = ContactCard(
    name=f"{CANARY} One",
    role=Role.LAWYER,
    regions=("KZ-ALM",),
    languages=("kk",),
    specialities=(f"{CANARY} two",),
    timezone="Asia/Almaty",
    country="KZ",
    telegram=f"@{CANARY}3",
    sms="+77000000001",
    voice="+77000000002",
    email=f"{CANARY}@example.org",
    max_active_cases=3,
    gender=Gender.FEMALE,
    avoid=(f"{CANARY} four",),
    may_act_until=date(2030, 1, 31),
    verified_by=f"{CANARY} five",
    notes=f"{CANARY} six",
    other=f"ntfys://ntfy.example.org/{CANARY}7",
)


def test_a_printed_card_identifies_nobody() -> None:
    for printed in (repr(FULL), str(FULL), f"{FULL}", f"{[FULL]}"):
        assert CANARY not in printed
        assert "+7700" not in printed
        assert "female" not in printed
        assert "lawyer" in printed


def test_addresses_are_those_stated_in_the_order_of_the_channels() -> None:
    assert list(FULL.addresses()) == list(ChannelName)
    assert FULL.addresses()[ChannelName.VOICE] == "+77000000002"
    card = ContactCard(name="Timur", role=Role.COORDINATOR, sms="+77000000001")
    assert card.addresses() == {ChannelName.SMS: "+77000000001"}


def test_a_card_has_exactly_the_columns_of_the_file() -> None:
    assert list(ContactCard.__dataclass_fields__) == list(COLUMNS)
