"""The OpenVoiceOS skill in a real ovos-core, by ovoscope; run by `scripts/ovos/try`."""

import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest

pytest.importorskip("ovoscope", reason="no OpenVoiceOS here; run: scripts/ovos/try stable")

from ovos_bus_client.message import Message
from ovos_bus_client.session import Session, SessionManager
from ovos_plugin_manager.skills import find_skill_plugins
from ovoscope import get_minicroft

from skill.assistants.ovos.roller import RollerCoachSkill
from skill.core.coach import Coach, Phase

SKILL = "roller-coach.roller-coach"
PIPELINE = [
    "ovos-stop-pipeline-plugin-high",
    "ovos-converse-pipeline-plugin",
    "ovos-padacioso-pipeline-plugin-high",
    "ovos-padacioso-pipeline-plugin-medium",
    "ovos-fallback-pipeline-plugin-low",
]


UNMATCHED = {"complete_intent_failure", "ovos.intent.unmatched"}
"""How the two lines say that nobody wanted a sentence."""
DEALT_WITH = ("ovos.utterance.handled", f"{SKILL}.stop.response")
"""The stable line ends a stop with the latter only."""


class Assistant:
    """OpenVoiceOS with our skill: what it is told, and what it says."""

    def __init__(self) -> None:
        self.croft = get_minicroft([SKILL])
        self.skill: Any = self.croft.plugin_skills[SKILL].instance
        self.said: list[str] = []
        self.types: list[str] = []
        self.session = Session("mat", lang="en-US", pipeline=PIPELINE)
        self._handled = Event()
        self.croft.bus.on("message", self._note)
        self.croft.bus.on("speak", lambda message: self.said.append(message.data["utterance"]))
        for kind in DEALT_WITH:
            self.croft.bus.on(kind, lambda _message: self._handled.set())

    @property
    def coach(self) -> Coach:
        coach: Coach = self.skill._talker.coach
        return coach

    def _note(self, text: str) -> None:
        message = Message.deserialize(text)
        self.types.append(message.msg_type)
        if message.context.get("session", {}).get("session_id") == "mat":
            self.session = Session.deserialize(message.context["session"])

    def tell(self, text: str, lang: str = "en-US") -> list[str]:
        """Say a sentence; return the types of the messages until it was dealt with."""
        self.types.clear()
        self._handled.clear()
        self.croft.bus.emit(
            Message(
                "recognizer_loop:utterance",
                {"utterances": [text], "lang": lang},
                {"session": self.session.serialize(), "source": "A", "destination": "B"},
            )
        )
        assert self._handled.wait(15), self.types
        return list(self.types)

    def until(self, happened: Callable[[], object], seconds: float = 20) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < end, (self.coach.phase, self.said[-5:], self.types[-20:])
            time.sleep(0.02)

    def begin(self) -> None:
        """Start, and wait until the coach has begun to speak."""
        self.tell("start rolling")
        self.until(lambda: self.coach.phase is Phase.SETTING_UP)


@pytest.fixture(scope="module")
def running() -> Iterator[Assistant]:
    made = Assistant()
    yield made
    made.croft.stop()


@pytest.fixture
def assistant(running: Assistant) -> Assistant:
    """Asleep, and forgotten by everybody."""
    running.skill._talker.close()
    running.skill.initialize()
    running.session = Session("mat", lang="en-US", pipeline=PIPELINE)
    running.said.clear()
    return running


def test_both_lines_find_the_skill() -> None:
    assert find_skill_plugins()[SKILL] is RollerCoachSkill


def test_it_needs_nothing_from_outside() -> None:
    needs = RollerCoachSkill.runtime_requirements
    now = (needs.requires_internet, needs.requires_network, needs.requires_gui)
    first = (needs.internet_before_load, needs.network_before_load, needs.gui_before_load)
    assert not any(now + first)
    assert needs.no_internet_fallback
    assert needs.no_network_fallback


@pytest.mark.parametrize(
    "text", ["start rolling", "begin rolling", "go to vertical rolling", "start side to side"]
)
def test_it_starts_from_anywhere(assistant: Assistant, text: str) -> None:
    seen = assistant.tell(text)
    assert any(kind.startswith(f"{SKILL}:start_rolling") for kind in seen)
    assistant.until(lambda: assistant.coach.phase is Phase.SETTING_UP)
    assistant.until(lambda: len(assistant.said) > 1)
    assert assistant.said[0].startswith("I am a guide, and not a medical device.")
    assert assistant.coach.exercise.id == ("vertical" if "vertical" in text else "horizontal")


STRANGERS = [
    "what time is it",
    "start the washing machine",
    "start",
    "ready",
    "next",
    "help",
    "go to sleep",
    "turn on the rolling shutters",
    "how long is the river rhine",
    "tell me more about rolling stones",
    "play the rolling stones",
    "side to side",
]


@pytest.mark.parametrize("text", STRANGERS)
def test_a_strangers_sentence_is_left_alone_before_the_start(
    assistant: Assistant, text: str
) -> None:
    assert UNMATCHED & set(assistant.tell(text))
    assert assistant.coach.phase is Phase.ASLEEP
    assert assistant.said == []


@pytest.mark.parametrize(
    "text",
    [
        "what time is it",
        "next song please",
        "set a timer for ten minutes",
        "how long is the river rhine",
        "what is the next train",
        "yes",
    ],
)
def test_a_strangers_sentence_is_left_alone_in_the_middle(assistant: Assistant, text: str) -> None:
    assistant.begin()
    before = assistant.coach.spot
    assert UNMATCHED & set(assistant.tell(text))
    assert assistant.coach.spot == before


def test_another_language_is_left_alone(assistant: Assistant) -> None:
    assistant.begin()
    assert not assistant.skill.can_converse(Message("", {"utterances": ["next"], "lang": "de-DE"}))
    assert assistant.skill.can_converse(Message("", {"utterances": ["next"], "lang": "en-GB"}))


def test_commands_are_taken_once_it_has_begun(assistant: Assistant) -> None:
    assistant.begin()
    assistant.tell("next")
    assistant.until(lambda: assistant.coach.step.id == "arms")
    assert "mycroft.audio.speech.stop" in assistant.types
    assistant.until(lambda: "Reach both hands up to the ceiling." in assistant.said)
    assistant.tell("which step")
    assistant.until(lambda: any("step 2 of 5: open the arms" in line for line in assistant.said))
    assistant.tell("pause")
    assistant.until(lambda: assistant.coach.phase is Phase.PAUSED)
    assistant.tell("what can i say")
    assistant.until(lambda: any(line.startswith("You can say") for line in assistant.said))


@pytest.mark.parametrize("where", ["setting up", "rolling", "paused", "hurt"])
def test_stop_works_from_anywhere(assistant: Assistant, where: str) -> None:
    assistant.begin()
    if where == "rolling":
        for _ in range(4):
            assistant.tell("next")
        assistant.until(lambda: assistant.coach.phase is Phase.ROLLING)
    elif where != "setting up":
        assistant.tell("pause" if where == "paused" else "ouch")
    assistant.until(lambda: assistant.coach.phase == where)
    place = assistant.coach.spot.place
    assistant.tell("stop")
    assistant.until(lambda: assistant.coach.phase is Phase.ASLEEP)
    silent = len(assistant.said)
    time.sleep(0.5)
    assert len(assistant.said) == silent
    assert assistant.coach.spot.place == place
    assert not assistant.skill.can_stop(Message(""))
    assert UNMATCHED & set(assistant.tell("next"))
    assistant.tell("start rolling")
    again = "Go gently" if where == "hurt" else "We pick up in"
    assistant.until(lambda: any(again in line for line in assistant.said))


def test_stop_is_left_to_others_while_it_sleeps(assistant: Assistant) -> None:
    assistant.tell("stop")
    assert assistant.coach.phase is Phase.ASLEEP
    assert not assistant.skill.stop()
    assert assistant.said == []


def test_a_whole_routine(assistant: Assistant) -> None:
    assistant.begin()
    places = []
    while assistant.coach.phase is not Phase.DONE:
        places.append(assistant.coach.spot.place)
        before = assistant.coach.spot
        assistant.tell("next")
        assistant.until(lambda before=before: assistant.coach.spot != before)  # type: ignore[misc] # bound now
    steps = sum(len(exercise.steps) for exercise in assistant.coach.book.routine.exercises)
    assert len(set(places)) == steps == 10
    assistant.until(lambda: any("That was all of the spine release." in s for s in assistant.said))
    assistant.tell("goodbye")
    assistant.until(lambda: "Rest well, and see you soon." in assistant.said)
    assistant.until(lambda: assistant.coach.phase is Phase.ASLEEP and not assistant.coach.saying)
    assistant.tell("start rolling")
    assistant.until(lambda: assistant.coach.phase is Phase.SETTING_UP)


def test_lines_follow_each_other_by_themselves(assistant: Assistant) -> None:
    assistant.begin()
    assistant.until(lambda: len(assistant.said) >= 3)
    assert assistant.said[1:3] == [
        "You will lie on the roller, and roll gently from one side to the other.",
        "It massages the muscles beside your spine.",
    ]


def test_it_speaks_to_whoever_asked(assistant: Assistant) -> None:
    heard: list[Any] = []
    assistant.croft.bus.on("speak", heard.append)
    assistant.begin()
    assistant.until(lambda: len(heard) >= 2)
    assert {SessionManager.get(message).session_id for message in heard} == {"mat"}
    assert {message.context["skill_id"] for message in heard} == {SKILL}
