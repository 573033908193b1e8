"""Scenes: is the speech as far above the noise as the condition says?"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skill.audio.pcm import read_pcm
from skill.errors import RecordingError, SettingsError
from skill.evaluation import mixing
from skill.evaluation.condition import Condition, Trouble, parse
from skill.evaluation.manifest import LabelledClip
from skill.evaluation.scene import AFTER, BEFORE, Line, Scene, Surroundings, read_clip, stage
from skill.evaluation.surroundings import gather
from skill.ports import BLOCK, RATE, Pcm
from tests.evaluation.clips import clip, hiss, sound

CLIP = clip("tell me more.flite-slt", "tell_more")
TALKERS = tuple(
    clip(f"{word}.{speaker}")
    for word in ("pause", "where are we")
    for speaker in ("flite-slt", "espeak-Michael", "espeak-steph3")
)
LINES = (Line("roll slowly", hiss(900, 0.8)), Line("breathe in", hiss(4000, 0.5, seed=2)))


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    bark = np.concatenate([hiss(3000, 1), hiss(0, 6)])
    room = np.zeros(RATE // 2)
    room[300] = 20_000
    fading = np.exp(-np.arange(len(room) - 800) / 2000)
    room[800:] = np.random.default_rng(3).normal(0, 1500, len(room) - 800) * fading
    for name in ("noise", "music", "rooms"):
        (tmp_path / name).mkdir()
    sound(tmp_path / "noise" / "hum.wav", hiss(50, 7))
    sound(tmp_path / "noise" / "bark.flac", bark)
    sound(tmp_path / "music" / "a.wav", hiss(9000, 2))
    sound(tmp_path / "rooms" / "r.wav", room.astype(np.int16))
    every = [Condition(trouble) for trouble in Trouble]
    folders = (tmp_path / "noise", tmp_path / "music", tmp_path / "rooms")
    return gather(every, [CLIP, *TALKERS], *folders)


def staged(condition: str, around: Surroundings, pcm: Pcm | None = None) -> Scene:
    heard = read_clip(CLIP) if pcm is None else pcm
    return stage(CLIP, heard, parse(condition), around, LINES)


def quiet_speech(level: float = 1000) -> Pcm:
    """The clip at a level that nothing added to it can clip."""
    wave = read_clip(CLIP).astype(np.float64)
    return mixing.to_samples(mixing.scaled(wave, level, mixing.speech_rms(wave)))


def added(scene: Scene, pcm: Pcm) -> mixing.Wave:
    """What a scene has besides the clip."""
    around = np.pad(pcm, (BEFORE, len(scene.pcm) - BEFORE - len(pcm)))
    return scene.pcm.astype(np.float64) - around.astype(np.float64)


@pytest.mark.parametrize("level", [-5, 0, 10, 20])
@pytest.mark.parametrize("trouble", ["noise", "music", "babble"])
def test_the_ratio_is_right_within_half_a_decibel(
    trouble: str, level: int, around: Surroundings
) -> None:
    pcm = quiet_speech()
    scene = staged(f"{trouble}:{level}", around, pcm)
    noise = added(scene, pcm)
    ratio = mixing.speech_rms(pcm.astype(np.float64)) / mixing.rms(noise)
    assert 20 * np.log10(ratio) == pytest.approx(level, abs=0.5)


@pytest.mark.parametrize("level", [-5, 0, 10])
def test_so_it_is_when_the_coach_speaks(level: int, around: Surroundings) -> None:
    pcm = quiet_speech()
    scene = staged(f"coach:{level}", around, pcm)
    coach = added(scene, pcm)
    ratio = mixing.speech_rms(pcm.astype(np.float64)) / mixing.speech_rms(coach)
    assert 20 * np.log10(ratio) == pytest.approx(level, abs=0.5)


def test_the_coach_is_known_to_say_what_it_says_and_a_little_longer(around: Surroundings) -> None:
    scene = staged("coach:0", around)
    start, end, text = scene.lines[-1]
    assert start < BEFORE + len(read_clip(CLIP)), "it speaks while the clip is spoken"
    assert scene.saying(BEFORE)
    assert scene.saying(start) == scene.saying(end) == scene.saying(end + RATE // 2) == text
    assert scene.saying(end + RATE) == ""
    assert scene.saying(0) == "" == staged("quiet", around).saying(BEFORE)
    assert {line for *_, line in scene.lines} <= {"roll slowly", "breathe in"}


@pytest.mark.parametrize(
    "condition", ["quiet", "noise:10", "babble:5", "room", "far", "coach:0", "gain:20"]
)
def test_the_same_clip_and_condition_always_sound_the_same(
    condition: str, around: Surroundings
) -> None:
    first, again = staged(condition, around), staged(condition, around)
    assert (first.pcm == again.pcm).all()
    assert first.lines == again.lines
    other = stage(replace(CLIP, name="another"), read_clip(CLIP), parse(condition), around, LINES)
    assert not np.array_equal(first.pcm, other.pcm)


@pytest.mark.parametrize("condition", ["quiet", "noise:0", "room", "far", "coach:0"])
@pytest.mark.parametrize("length", [1, 799, 800, 12_345])
def test_a_clip_is_padded_to_whole_blocks(
    condition: str, length: int, around: Surroundings
) -> None:
    scene = staged(condition, around, hiss(500, 1)[:length])
    assert len(scene.pcm) % BLOCK == 0
    assert 0 <= len(scene.pcm) - (BEFORE + length + AFTER) < BLOCK


@pytest.mark.parametrize("condition", ["quiet", "room", "far"])
def test_rooms_delay_nothing(condition: str, around: Surroundings) -> None:
    click = np.zeros(RATE, np.int16)
    click[4000:4010] = 30_000
    heard = np.abs(staged(condition, around, click).pcm.astype(int))
    assert np.argmax(heard > heard.max() / 8) == BEFORE + 4000


def test_a_room_lingers_and_far_is_quiet_and_more_room_than_voice(around: Surroundings) -> None:
    end = BEFORE + len(read_clip(CLIP))
    tail = slice(end, end + RATE // 5)
    levels = {
        name: mixing.rms(staged(name, around).pcm[tail].astype(np.float64))
        / mixing.speech_rms(staged(name, around).pcm[BEFORE:end].astype(np.float64))
        for name in ("quiet", "room", "far")
    }
    assert levels["quiet"] < levels["room"] < levels["far"]
    far = staged("far", around).pcm[BEFORE:end].astype(np.float64)
    assert 20 * np.log10(mixing.speech_rms(far) / 32768) == pytest.approx(-45, abs=0.5)


def test_what_would_be_too_loud_is_made_quieter_and_not_clipped(around: Surroundings) -> None:
    scene = staged("noise:-20", around)
    assert np.abs(scene.pcm.astype(int)).max() in (32767, 32766)
    assert (np.abs(scene.pcm.astype(int)) >= 32766).sum() <= 2


@pytest.mark.parametrize("level", [-30, -6, 6, 35])
def test_a_gain_turns_everything_up_or_down_and_cuts_off_what_is_loud(
    level: int, around: Surroundings
) -> None:
    pcm = quiet_speech()
    turned = staged(f"gain:{level}", around, pcm).pcm[BEFORE : BEFORE + len(pcm)]
    wanted = pcm * mixing.ratio(level)
    whole = np.abs(wanted) < 32_000
    assert not whole.all() if level == 35 else whole.all()
    difference = turned[whole] - wanted[whole]
    assert mixing.rms(difference) < 9 * mixing.ratio(level) + 1
    assert (np.abs(turned[~whole].astype(int)) > 31_000).all()


def test_nobody_babbles_over_himself(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def talker(one: LabelledClip) -> mixing.Wave:
        heard.append(one.speaker)
        return read_pcm(one.path).astype(np.float64)

    monkeypatch.setattr("skill.evaluation.scene._talker", talker)
    for number in range(10):
        stage(replace(CLIP, name=str(number)), read_clip(CLIP), parse("babble:0"), around)
    assert set(heard) == {"espeak-Michael", "espeak-steph3"}


def test_a_part_of_a_recording() -> None:
    whole = read_pcm(CLIP.path)
    part = read_clip(replace(CLIP, start_s=0.1, end_s=0.4))
    assert (part == whole[1600:6400]).all()
    with pytest.raises(RecordingError, match=r"begins at 9 s"):
        read_clip(replace(CLIP, start_s=9.0))
    with pytest.raises(RecordingError, match=r"speech in it that ends at 99 s"):
        read_clip(replace(CLIP, end_of_speech_s=99.0))
    with pytest.raises(RecordingError, match=r"a clip in it that ends at 99 s.*end_s"):
        read_clip(replace(CLIP, end_s=99.0))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("quiet", "quiet"), ("noise:10", "noise 10 dB"), ("music:-2.5", "music -2.5 dB"),
        ("babble:0", "babble 0 dB"), ("room", "room"), ("far", "far"),
        ("coach:0", "coach speaking 0 dB"), ("gain:20", "gain 20 dB"),
    ],
)  # fmt: skip
def test_conditions(text: str, name: str) -> None:
    assert parse(text).name == name


@pytest.mark.parametrize("text", ["", "nois:10", "noise", "noise:", "noise:x", "noise:nan",
                                  "noise:900", "gain", "room:3", "quiet:"])  # fmt: skip
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(SettingsError, match="--condition"):
        parse(text)


def test_what_a_condition_needs_must_be_there(tmp_path: Path) -> None:
    def missing(trouble: Trouble, clips: tuple[LabelledClip, ...] = (), **folder: Path) -> str:
        names = {"noise": None, "music": None, "rooms": None, **folder}
        with pytest.raises(SettingsError) as error:
            gather([Condition(trouble)], clips, names["noise"], names["music"], names["rooms"])
        return str(error.value)

    assert "--noise FOLDER" in missing(Trouble.NOISE)
    assert "--music FOLDER" in missing(Trouble.MUSIC)
    assert "--rooms FOLDER" in missing(Trouble.ROOM)
    assert "--rooms FOLDER" in missing(Trouble.FAR)
    assert "no sound files" in missing(Trouble.NOISE, noise=tmp_path)
    assert "no sound files" in missing(Trouble.NOISE, noise=tmp_path / "none")
    sound(tmp_path / "HUM.WAV", hiss(50, 1))
    found = gather([Condition(Trouble.NOISE)], (), tmp_path, None, None)
    assert [path.name for path in found.noises] == ["HUM.WAV"]
    assert "3 speakers" in missing(Trouble.BABBLE, TALKERS[:2])
    assert gather([Condition()], [], None, None, None) == Surroundings()


@pytest.mark.parametrize("condition", ["noise:10", "room"])
def test_silence_is_no_noise_and_no_room(
    around: Surroundings, tmp_path: Path, condition: str
) -> None:
    silent = (sound(tmp_path / "silent.wav", np.zeros(RATE, np.int16)),)
    with pytest.raises(RecordingError, match=r"silent\.wav is silent"):
        staged(condition, replace(around, noises=silent, rooms=silent))
