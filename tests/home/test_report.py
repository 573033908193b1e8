"""What a smart home is told, without one."""

import re
import unicodedata
from dataclasses import replace

import pytest

from skill.core.advance import advance
from skill.core.coach import Coach, Phase
from skill.core.messages import Heard, Started
from skill.core.routine import Place
from skill.core.vocabulary import Command
from skill.errors import SettingsError
from skill.home.address import Address, read_address
from skill.home.report import Report, Topics, discovery, report
from tests.support.book import new_coach


def rolling() -> Coach:
    coach, _ = advance(new_coach(), Started(), 0)
    at_b = replace(coach, spot=replace(coach.spot, phase=Phase.SETTING_UP, place=Place(0, 1)))
    return advance(at_b, Heard(Command.NEXT), 1000)[0]


def test_before_the_start_nothing_remains() -> None:
    assert report(new_coach(), 0) == Report("asleep", "exercise one", "1 of 2: the a", None)


def test_the_remaining_time_counts_down_in_steps_of_five_seconds() -> None:
    coach = rolling()
    assert coach.phase is Phase.ROLLING
    times = {second: report(coach, 1000 + second * 1000).remaining for second in (0, 1, 5, 6, 59)}
    assert times == {0: 60, 1: 60, 5: 55, 6: 55, 59: 5}


def test_a_pause_keeps_the_remaining_time() -> None:
    paused, _ = advance(rolling(), Heard(Command.PAUSE), 21_000)
    assert report(paused, 21_000) == report(paused, 90_000)
    assert report(paused, 90_000).remaining == 40


def test_every_sensor_reads_a_field_of_the_report_and_every_button_is_a_command() -> None:
    topics = Topics("Roller coach")
    parts = discovery(topics)["components"]
    sensors = {name for name, part in parts.items() if part["platform"] == "sensor"}
    assert sensors == set(report(new_coach(), 0).payload())
    for name, part in parts.items():
        if part["platform"] == "button":
            assert Command(part["payload_press"]).value == name
            assert part["command_topic"] == topics.command
    assert parts["state"]["options"] == [phase.value for phase in Phase]
    assert len({part["unique_id"] for part in parts.values()}) == len(parts)


@pytest.mark.parametrize(
    ("name", "id_"), [("Roller coach", "roller_coach"), ("Mat #2/+", "mat_2"), ("?", "coach")]
)
def test_a_name_becomes_one_part_of_a_topic(name: str, id_: str) -> None:
    assert Topics(name).id == id_


def test_two_names_in_other_letters_are_two_coaches() -> None:
    names = ("Коврик", "Валик", "マット", "ä", "ö", "Küche", "Koche", "Mat 🧘", "Mat 🛏", "Mat")
    ids = [Topics(name).id for name in names]
    assert len(set(ids)) == len(names)
    for id_ in ids:
        assert re.fullmatch("[a-z0-9_]+", id_), "Home Assistant takes no other letters"
    decomposed = unicodedata.normalize("NFD", "Küche")
    assert Topics(decomposed).id == Topics("Küche").id, "typed on a machine of another kind"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("nas", Address("nas")),
        ("nas:1884", Address("nas", 1884)),
        ("192.168.1.2", Address("192.168.1.2")),
        ("mqtt://anna:k%40%3A%2F@nas", Address("nas", 1883, "anna", "k@:/")),
        ("mqtts://nas", Address("nas", 8883, tls=True)),
        ("mqtt://[::1]:99", Address("::1", 99)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "http://nas", "nas:port", "nas:99999", "nas:0", "mqtt://", "nas/x",
        "mqtt://anna:12#secret@nas", "mqtt://anna?secret@nas", "mqtt://anna:secret#@nas",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_a_password(text: str) -> None:
    with pytest.raises(SettingsError, match="cannot be understood") as refused:
        read_address(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("host", ["homeassistant..local", ".local", "a" * 64, "a" * 64 + ".local"])
def test_a_name_that_cannot_be_looked_up_is_refused(host: str) -> None:
    for text in (host, f"mqtt://anna:secret@{host}:1883"):
        with pytest.raises(SettingsError, match="no computer can have") as refused:
            read_address(text)
        assert "secret" not in f"{refused.value} {refused.value.remedy}"


@pytest.mark.parametrize("part", ["{}", "anna:{}"])
def test_more_than_mqtt_has_room_for_is_refused(part: str) -> None:
    with pytest.raises(SettingsError, match="no broker can take") as refused:
        read_address(f"mqtt://{part.format('x' * 70_000)}@nas")
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("text", ["mqtt://u\udcff:secret@nas", "mqtt://u:secret\udcff@nas"])
def test_a_user_that_is_no_utf_8_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no letters in UTF-8") as refused:
        read_address(text)
    assert "secret" not in f"{refused.value} {refused.value.remedy}"


def test_a_password_is_in_no_message() -> None:
    assert "secret" not in repr(read_address("mqtt://anna:secret@nas"))
