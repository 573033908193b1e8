"""The listener's numbers, and what each was chosen on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from skill.core.vocabulary import Care


@dataclass(frozen=True, slots=True)
class Tuning:
    """Its numbers, in milliseconds unless said otherwise.

    Attributes:
        hang: silence after the voice before a flush, on top of the 70 ms or more that the voice
            detector itself looks back. Chosen on recordings: down to these, nothing was lost; at
            0, one command in thirty was cut at a closure inside a word.
        hang_over_coach: the same while the coach speaks, and has to be silenced at once. With 0
            and 10, 4 of 60 commands were cut (`scripts/own_voice.py`, no echo and 0 dB); with
            these, none.
        dwell: how long a partial must have stood unchanged.
        opening_hang: the same when more words may follow ("next" of "next step").
        confidence: how likely the meaning must be, 0 to 1. No protected command that was heard on
            dev, in quiet and at 10 dB, had less than 0.85.
        confidence_over_coach: the same while the coach speaks, where half a word is often covered.
            What is left of an echo is known by its faintness, and by nobody else having talked.
        sure_over_coach: over the coach, a command that is less likely than this needs the support
            of second opinions. Of 60 that were heard over a coach as loud as the person, none so
            unlikely lacked it; a shred of the coach's own voice did.
        early: until the coach has talked for so long, every single word over it needs `support`,
            and every phrase that is less likely than `sure_early` needs `support_over_coach`: what
            the filter does not take away yet is loud and likely, but mostly falls apart.
        afterwards: a word that begins so soon after the coach, and after the time in which its own
            words count as just spoken, may be what a room still answers.
        noisy_confidence: `confidence` in noise, for what is not protected. On dev, at 10 dB, 0.9
            left 7 of 25 false accepts and 214 of 231 commands.
        standing_out: how far above what went before a command's level must be, in dB, unless the
            coach speaks. On dev, of 57 false accepts in 17 minutes of noise and made music 18
            were left, and 217 of 221 commands in noise at 10 dB.
        support: how much the likelihoods that second opinions give a command must come to, where
            it was not quiet before it. On dev, in noise at 10 dB, 0.5 for what is light brought 2
            of 136 commands more than 0.9, and no false accept in 16 minutes of talk and 79 of
            noise and made music; for what is protected, it leaves out one of 7 and one of 12 that
            0.4 does not, and no command.
        support_over_coach: the same over the coach, where it is a little faint or unlikely.
        support_over_loud_coach, sure_over_loud_coach: the same over a coach that is much louder at
            the microphone than the person (`Foreground.is_overpowered`), and how likely a command
            must be there: what is left of it is as loud as the person. Three false commands in 40
            lines had 0.55 to 0.84; of 41 commands over an echo 10 dB louder 40 are heard still.
        support_near_coach: the same for what is nearly of the coach's colour and not nearly sure
            (`colour.NEAR`): both ears must have heard it. "Slight bridge", taken for "it hurts",
            made 0.44 and 0.94 in one room; a "stop" and a "hold on" 1.82 and 1.63.
        support_in_quiet: the same for single words where it was quiet: clocks tick, dogs bark. On
            dev, of 6 false accepts in 79 minutes of noise and made music 2 are left, and every
            command but one of 46 words cut from speech.
        support_for_phrases: the same for phrases of two words or more: on dev, no command was lost.
        rivals: a command that so many other words fit better is none.
        margin, unrivalled: one that fits better than all of them, by so many nats, needs so much
            less support. On dev and on words that training hardly has, in quiet and at 10 dB, 1,062
            commands are acted on instead of 1,048, and 133 other words instead of 127 (164, if as
            many commands just needed less support); two times in three nobody else is asked.
        plausible: while the coach is silent, what is at least so likely but not likely enough is
            asked about, too, unless it is costly.
        three_views: what the first likelihood and those of second opinions must come to, then. On
            dev, asking brought 4 of the words cut from speech, 1 other word and 5 of 140 commands
            in noise at 10 dB; of these, 2.0 leaves as many as 1.8, and 18 of 20 false accepts. For
            protected commands 1.4 brings no false accept there.
        three_views_of_phrases: the same for phrases of two words or more, which talk and noise are
            hardly ever taken for. On dev, 1 more of 70 in noise at 10 dB, and no false accept in 49
            minutes of talk and 79 of noise and made music; with 1.2, one.
        least_outcry: what was taken for something else, and was stop or a word of pain with this
            likelihood, is asked about: of 784 recordings of dev's talk and other words, two were.
        outcry: what this likelihood and those of second opinions must come to, then. Of all else on
            dev nothing came to it in quiet, and one thing at 10 dB ("I dizzy"); of other words that
            only measure, "bed" to 0.91.
        outcry_over_coach: the same over the coach, where others are asked about all that was no
            command. Of 140 commands over an echo as loud as the person, "stop" and "that hurts"
            that had come to `[unk]` made 1.26 and 1.95; what was left of the coach, and was not
            told by its colour, made 0.7 at most (266 lines in ten rooms).
        close: how likely the phrase must be that fits word by word what came to nothing.
        wondering, close_at_once: how long after a voice, ms, others are asked what it said while
            the recogniser still waits for more, and how likely the phrase must be then. With 0.6
            to 0.8 the same 48 of 65 sentences of dev are acted on, or one more, and the same 7 of
            395 others; of those that only measure, three that were going on had 0.70 to 0.76.
        least_puzzling, most_puzzling: shorter sounds are no phrase of several words, and longer
            ones are talk: learners' sentences of two to five words, on dev, last up to 3.5 s.
        quiet: a room below this level, in dB, makes up no commands: 100 steps of 16 bits.
        others: for how long somebody other than the coach must have talked, where that is known.
            Echoes that were taken for commands had 110 to 200 ms of it, the latest two 150 and 160;
            107 commands over the coach 190 to 1,000 (`scripts/own_voice.py`). Most echoes are told
            by their faintness.
        others_before: how much earlier than the recogniser says a word may have begun.
        late: what comes out so long after its end is none. A person's command is known at once: of
            1,754 that were understood on people and synthetic voices, in quiet and at 10 dB, every
            one within 770; 7 of 9 false accepts in 79 minutes of dev's noises and made music took
            1,310 to 4,860.
        least: shorter sounds are clicks and knocks; the shortest command on dev took 180.
        most, most_a_word: longer ones, of one word and for each further one, are something drawn
            out of noise or music. Protected commands may be as long as they like: "oooow".
        most_a_letter: what is long in letters may last so long for each: 18 of our 210 phrases,
            and other people's; "cappuccino please" took the built-in voice 1,700 ms.
        steady: how long a partial must have stood in noise, where the voice seems never to end.
        noise: a voice that has gone on for so long without a word is noise or music.
        voice_gap: silences shorter than this do not divide a voice.
        pause: silence between other talk and a phrase that stands alone.
        rest: what begins so soon after a command, or before it has ended, belongs to it: the "step"
            of "next step" was "skip".
        halting: within so long after other talk, what is not likely enough is not asked about: who
            reads haltingly makes a pause before each word. On dev, at 10 dB, 9 of 11 false accepts
            in 16 minutes of talk were left, and every command.
        idle: silence after which nobody is speaking.
        detector_tail: how late the voice detector sees an end (ARCHITECTURE.md, "The end of a
            voice"); only for what is reported.
        voice_probability: from here on 10 ms count as voice, 0 to 1.
    """

    hang: Mapping[Care, int] = field(
        default_factory=lambda: {Care.PROTECTED: 30, Care.LIGHT: 40, Care.COSTLY: 100}
    )
    hang_over_coach: Mapping[Care, int] = field(
        default_factory=lambda: {Care.PROTECTED: 10, Care.LIGHT: 20, Care.COSTLY: 100}
    )
    dwell: Mapping[Care, int] = field(
        default_factory=lambda: {Care.PROTECTED: 50, Care.LIGHT: 50, Care.COSTLY: 100}
    )
    opening_hang: int = 150
    confidence: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 0.7, Care.LIGHT: 0.8, Care.COSTLY: 0.9}
    )
    confidence_over_coach: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 0.5, Care.LIGHT: 0.5, Care.COSTLY: 0.9}
    )
    sure_over_coach: float = 0.8
    early: int = 12_000
    sure_early: float = 0.95
    afterwards: int = 600
    noisy_confidence: float = 0.9
    standing_out: float = 4.0
    support: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 0.5, Care.LIGHT: 0.5, Care.COSTLY: 0.9}
    )
    support_over_coach: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 0.4, Care.LIGHT: 0.9, Care.COSTLY: 0.9}
    )
    support_over_loud_coach: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 0.5, Care.LIGHT: 0.9, Care.COSTLY: 0.9}
    )
    sure_over_loud_coach: float = 0.9
    support_near_coach: float = 1.2
    support_in_quiet: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 0.35, Care.LIGHT: 0.35, Care.COSTLY: 0.35}
    )
    support_for_phrases: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 0.0, Care.LIGHT: 0.35, Care.COSTLY: 0.35}
    )
    rivals: int = 20
    margin: float = 0.5
    unrivalled: float = 0.6
    plausible: float = 0.4
    three_views: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 1.4, Care.LIGHT: 2.0, Care.COSTLY: 2.0}
    )
    three_views_of_phrases: float = 1.4
    least_outcry: float = 0.02
    outcry: float = 1.0
    outcry_over_coach: float = 1.1
    close: Mapping[Care, float] = field(
        default_factory=lambda: {Care.PROTECTED: 0.6, Care.LIGHT: 0.6, Care.COSTLY: 0.8}
    )
    wondering: int = 250
    close_at_once: float = 0.8
    least_puzzling: int = 400
    most_puzzling: int = 4_500
    quiet: float = 40.0
    others: int = 170
    others_before: int = 200
    late: int = 1_200
    least: int = 160
    most: int = 1_150
    most_a_word: int = 450
    most_a_letter: int = 120
    steady: Mapping[Care, int] = field(
        default_factory=lambda: {Care.PROTECTED: 200, Care.LIGHT: 250, Care.COSTLY: 400}
    )
    noise: int = 1_500
    voice_gap: int = 250
    pause: int = 250
    rest: int = 60
    halting: int = 1_500
    idle: int = 500
    detector_tail: int = 100
    voice_probability: float = 0.5
