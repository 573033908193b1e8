"""What happens when the microphone or the speaker goes away, and when it is back.

Nothing goes on by itself meanwhile: a movement's clock stands still (`Coach.cut_off`), because the
person could neither stop it nor hear its end, and no question is asked.
"""

from collections.abc import Collection

from skill.core.coach import Line, Phase
from skill.core.messages import MicrophoneBack, MicrophoneLost, SpeakerBack, SpeakerLost, Tone
from skill.core.turn import Turn

NOTICE = "microphone_lost"


def follow(turn: Turn, event: MicrophoneLost | MicrophoneBack | SpeakerLost | SpeakerBack) -> None:
    """A device goes, or is back; what is known already changes nothing."""
    match event:
        case MicrophoneLost() if not turn.coach.deaf:
            lose_microphone(turn)
        case MicrophoneBack() if turn.coach.deaf:
            regain_microphone(turn)
        case SpeakerLost() if not turn.coach.mute:
            lose_speaker(turn)
        case SpeakerBack() if turn.coach.mute:
            regain_speaker(turn)
        case _:
            pass


def lose_microphone(turn: Turn) -> None:
    """Chime, and say at once that nothing can be heard; what was being said follows, from its
    line's start. After pain it goes first: who falls off the roller may pull the plug. A chime that
    it is back, which nobody has heard yet, is no longer true.
    """
    _stop_the_clock(turn)
    _drop(turn, (Tone.MICROPHONE_BACK,))
    turn.change(deaf=True)
    if turn.coach.phase is Phase.HURT:
        turn.chime(Tone.MICROPHONE_LOST)
        turn.announce(NOTICE)
        return
    turn.interrupt()
    waiting = turn.coach.queue
    turn.change(queue=())
    turn.announce(NOTICE)
    turn.change(queue=(Line(Tone.MICROPHONE_LOST), *turn.coach.queue, *waiting))


def regain_microphone(turn: Turn) -> None:
    """Chime; a notice that nobody has heard yet is no longer true."""
    _drop_notice(turn)
    turn.change(deaf=False)
    _go_on(turn)
    turn.chime(Tone.MICROPHONE_BACK)


def lose_speaker(turn: Turn) -> None:
    """Keep what was being said; if that was the notice, only while it is true."""
    _stop_the_clock(turn)
    turn.change(mute=True)
    turn.interrupt()
    if not turn.coach.deaf:
        _drop_notice(turn)


def regain_speaker(turn: Turn) -> None:
    """Say what nobody heard, from its line's start."""
    turn.change(mute=False)
    _go_on(turn)


def _drop_notice(turn: Turn) -> None:
    _drop(turn, (Tone.MICROPHONE_LOST, *turn.coach.book.lines(NOTICE)))


def _drop(turn: Turn, what: Collection[str | Tone]) -> None:
    turn.change(queue=tuple(line for line in turn.coach.queue if line.what not in what))


def _stop_the_clock(turn: Turn) -> None:
    turn.move(rolled_ms=turn.coach.rolled(turn.now))


def _go_on(turn: Turn) -> None:
    turn.change(quiet_since=turn.now, rolling_since=turn.now)
