"""The OpenVoiceOS skill: OpenVoiceOS hears and speaks, our core is the coach.

"Start rolling" begins from anywhere. From then on the skill takes a sentence if it is, word for
word, a command that does something now, and no other; the rest is for the other skills.
"""

import time

from ovos_bus_client.message import Message
from ovos_utils import classproperty
from ovos_utils.process_utils import RuntimeRequirements
from ovos_workshop.decorators import intent_handler
from ovos_workshop.skills.converse import ConversationalSkill

from skill.app import App
from skill.assistants.talker import Talker
from skill.core.coach import Phase
from skill.core.messages import Heard
from skill.core.vocabulary import Command
from skill.languages import ENGLISH
from skill.settings import read_settings

FROM_SLEEP = frozenset({Command.START, Command.EXERCISE, Command.UNDO, Command.WRONG})
"""While the coach sleeps, everything else in the house belongs to others. (Undo lives only for a
while after what was heard last.)"""
STAY_ACTIVE_S = 60
"""OpenVoiceOS forgets a skill five minutes after it was last used; movements are quiet longer."""
SETTINGS = ("routine", "ask_after_s", "sleep_after_s")


class RollerCoachSkill(ConversationalSkill):  # type: ignore[misc] # OpenVoiceOS has no types
    """Foam rolling, step by step."""

    @classproperty  # type: ignore[untyped-decorator] # as above
    def runtime_requirements(self) -> RuntimeRequirements:
        """Works without network, internet and screen, from the start."""
        return RuntimeRequirements(
            internet_before_load=False,
            network_before_load=False,
            gui_before_load=False,
            requires_internet=False,
            requires_network=False,
            requires_gui=False,
            no_internet_fallback=True,
            no_network_fallback=True,
            no_gui_fallback=True,
        )

    def initialize(self) -> None:
        """Called by OpenVoiceOS once its bus is there.

        Raises:
            CoachError: if the settings or the content cannot be used.
        """
        chosen = {name: self.settings[name] for name in SETTINGS if self.settings.get(name)}
        # The locale files are English, so the coach is, whatever the person's own settings say.
        coach = App(read_settings(None, chosen | {"language": ENGLISH})).coach()
        self._asked = Message("")
        self._active_at = 0.0
        self._greeted = False
        self._talker = Talker(coach, self._say, self.acknowledge, self._hush)

    @intent_handler("start_rolling.intent")  # type: ignore[untyped-decorator] # as above
    def handle_start(self, message: Message) -> None:
        """Begin, or pick up; also at an exercise that is named."""
        if not self._greeted:
            self._greeted = True
            self.speak_dialog("not_medical")
        heard = self._talker.understand(message.data.get("utterance", ""))
        self._hear(heard or Heard(Command.START), message)

    def can_converse(self, message: Message) -> bool:
        """Whether a sentence is a command that does something now."""
        return self._command(message) is not None

    def converse(self, message: Message) -> bool:
        """Take such a sentence."""
        heard = self._command(message)
        if heard is not None:
            self._hear(heard, message)
        return heard is not None

    def can_stop(self, message: Message) -> bool:
        """Whether there is something to be stopped."""
        coach = self._talker.coach
        return coach.phase is not Phase.ASLEEP or coach.speaking is not None

    def stop(self) -> bool:
        """Be silent, and sleep; the place is kept."""
        stoppable = self.can_stop(self._asked)
        if stoppable:
            self._talker.hear(Heard(Command.STOP))
        return stoppable

    def shutdown(self) -> None:
        """Called before OpenVoiceOS forgets the skill."""
        self._talker.close()

    def _command(self, message: Message) -> Heard | None:
        lang = message.data.get("lang") or self.lang
        if not lang.lower().startswith("en"):
            return None
        understood = map(self._talker.understand, message.data.get("utterances", []))
        heard = next((found for found in understood if found is not None), None)
        asleep = self._talker.coach.phase is Phase.ASLEEP
        return None if heard and asleep and heard.command not in FROM_SLEEP else heard

    def _hear(self, heard: Heard, message: Message) -> None:
        self._asked = message
        self._talker.hear(heard)

    def _say(self, text: str) -> None:
        self._speak_to(self._asked, text)

    def _speak_to(self, message: Message, text: str) -> None:
        # OpenVoiceOS learns where to speak from a message among the arguments of its callers.
        now = time.monotonic()
        if now - self._active_at >= STAY_ACTIVE_S:
            self._active_at = now
            self.activate()
        self.speak(text)

    def _hush(self) -> None:
        self.bus.emit(self._asked.forward("mycroft.audio.speech.stop"))
