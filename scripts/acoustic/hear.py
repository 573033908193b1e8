"""From what windows consist of (`cuts`) to what the network sees, on any device torch knows.

What `augment` does to sound and `distort` to its bands, for a whole batch at once and anew in every
one: rooms, microphones, levels, noises, babble, hiss, clipping; then Kaldi's MFCCs; then vocal
tracts, tempo, tilts and masks. Each window comes twice, changed and clean: as it was recorded, but
for its speed, at a good level.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from cuts import SILENCE, Cuts
from distort import (
    BABBLE_DB,
    BAND_MASKS,
    BANDS,
    CURVES,
    FASTEST,
    HIGH_HZ,
    LONGEST_MASK,
    LOW_HZ,
    SLOWEST,
    STEADY,
    TILT_DB,
    TIME_MASKS,
    WARP,
    WIDEST_MASK,
    cosines,
    from_cosines,
    mel,
)
from frames import IGNORED, SHIFT, STRIDE, WINDOW
from packed import LONGEST_ROOM, NOISE, Sounds
from sequence import ANY
from sound import RATE
from torch import Tensor
from units import BOUNDARY, CLASS_OF, CLASSES, Tying

FRAMES = (int(WINDOW * FASTEST) + 1) * STRIDE
"""Frames of 10 ms that are heard, before the tempo is changed."""
LENGTH, FFT = 400, 512
"""Samples of a frame, and of its spectrum."""
SAMPLES = (FRAMES - 1) * SHIFT + LENGTH
SPECTRUM = 92160
"""Samples of a window, its room's tail and some zeros; a number that is fast to transform."""
TAPS = 8
"""Samples from which one between them is made (windowed sinc)."""
FADE = 48
"""Samples in which a piece is faded in after another."""

ROOM, MADE_ROOM = 0.25, 0.4
REFLECTIONS = 0.01
"""Share of the first samples that are one."""
MICROPHONE, DULL, THIN = 0.4, 0.3, 0.3
"""Shares of windows heard by another one, and of these without the top, or the bottom."""
LEVEL_DB = (-50.0, -12.0)
CLEAN_DB, CLEAN_HISS = -26.0, 3.0
NOISY, COLOURED, BABBLING = 0.45, 0.22, 0.10
"""Shares of the windows with each kind of noise."""
NOISE_DB = (0.0, 28.0)
"""How far below the speech it is."""
HISS = 10.0
NOT_WHITE = 0.5
CLIPPED = 0.05
SMALLEST = 1.1920929e-07
"""Kaldi's floor of the bands' energies."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of training.

    Attributes:
        changed: MFCCs, shape (windows, 40, 3 WINDOW).
        clean: the same of what was not changed, if it was asked for.
        pdfs: what is said, ANY where nobody knows, shape (windows, WINDOW).
    """

    changed: Tensor
    clean: Tensor | None
    pdfs: Tensor


def mel_weights() -> np.ndarray:
    """Kaldi's triangles, from the powers of a spectrum to bands, shape (257, 40)."""
    hertz = np.arange(FFT // 2 + 1) * RATE / FFT
    edges = np.linspace(mel(np.array(LOW_HZ)), mel(np.array(HIGH_HZ)), BANDS + 2)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    place = mel(hertz)[:, None]
    up, down = (place - left) / (centre - left), (right - place) / (right - centre)
    return np.asarray(np.clip(np.minimum(up, down), 0, None), dtype=np.float32)


class Mfcc:
    """Kaldi's MFCCs of a batch, without dither."""

    def __init__(self, device: torch.device) -> None:
        ramp = 2 * math.pi * torch.arange(LENGTH, device=device) / (LENGTH - 1)
        self.window = (0.5 - 0.5 * torch.cos(ramp)) ** 0.85
        self.mel = torch.from_numpy(mel_weights()).to(device)
        self.cosines = torch.from_numpy(cosines()).to(device)

    def __call__(self, wave: Tensor) -> Tensor:
        """Shape (batch, samples) to (batch, 40, frames)."""
        frames = wave.unfold(1, LENGTH, SHIFT)
        frames = frames - frames.mean(2, keepdim=True)
        before = torch.cat([frames[:, :, :1], frames[:, :, :-1]], dim=2)
        spectrum = torch.fft.rfft((frames - 0.97 * before) * self.window, FFT)
        power = spectrum.real.square() + spectrum.imag.square()
        bands = (power @ self.mel).clamp(min=SMALLEST).log()
        return self.cosines @ bands.transpose(1, 2)


class Hearing:
    """Turns cuts into batches.

    Args:
        sounds: what they were cut from, and what is mixed in.
        tying: the pdfs.
        device: where to.
    """

    def __init__(self, sounds: Sounds, tying: Tying, device: torch.device) -> None:
        corpus = sounds.corpus
        self.device = device
        self.audio = torch.from_numpy(sounds.audio).to(device)
        self.unit = torch.from_numpy(corpus.unit.astype(np.int32)).to(device)
        self.rooms = torch.from_numpy(sounds.rooms).to(device)
        noises = [name for name in NOISE if name in corpus.groups]
        numbers = np.concatenate([np.arange(*corpus.groups[name]) for name in noises])
        self.noise_first = torch.from_numpy(corpus.first[numbers]).to(device)
        self.noise_frames = torch.from_numpy(corpus.frames[numbers]).to(device)
        self.pdf_of_unit = torch.from_numpy(tying.array()).to(device)
        phones = range(len(tying.pdf_of_unit) // len(CLASSES))
        classes = [CLASS_OF.get(phone, BOUNDARY) for phone in phones]
        self.class_of = torch.tensor(classes, device=device)
        self.mfcc = Mfcc(device)
        self.from_cosines = torch.from_numpy(from_cosines()).to(device)
        turn = -2j * math.pi * torch.arange(SPECTRUM // 2 + 1, device=device) / SPECTRUM
        self.delay = torch.exp(turn).to(torch.complex64)

    def random(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Even random numbers."""
        return torch.rand(*shape, device=self.device) * (high - low) + low

    def batch(self, cuts: Cuts, *, clean: bool) -> Batch:
        """Hear windows, change them, and say what is in them."""
        dry, units = self.gather(cuts)
        paces = self.random(len(dry), low=SLOWEST, high=FASTEST)
        paces = torch.where(self.random(len(dry)) < STEADY, torch.ones_like(paces), paces)
        counts = (WINDOW * paces).round().long()
        changed = self.distorted(self.at_pace(self.mfcc(self.surrounded(dry)), counts))
        unchanged = self.at_pace(self.mfcc(self.levelled(dry)), counts) if clean else None
        return Batch(changed, unchanged, self.targets(units, counts))

    def levelled(self, dry: Tensor) -> Tensor:
        """As recorded, at a good level, with a little hiss."""
        level = 32768 * 10 ** (CLEAN_DB / 20) / speech_level(dry)
        return dry * level[:, None] + torch.randn_like(dry) * CLEAN_HISS

    def gather(self, cuts: Cuts) -> tuple[Tensor, Tensor]:
        """Sound, shape (windows, SAMPLES), and units, shape (windows, FRAMES)."""
        at, source, speed, gain, mute, joined = (
            torch.from_numpy(np.ascontiguousarray(getattr(cuts, name))).to(self.device)
            for name in Cuts.__slots__
        )
        windows = len(at)
        time = torch.arange(SAMPLES, device=self.device).expand(windows, -1).contiguous()
        segment = (torch.searchsorted(at * SHIFT, time, right=True) - 1).clamp(min=0)
        since = time - (at * SHIFT).gather(1, segment)
        place = since.float() * speed.gather(1, segment)
        whole = place.floor()
        share = (place - whole)[..., None]
        start = source.gather(1, segment)
        base = start * SHIFT + whole.long()
        wave = torch.zeros(windows, SAMPLES, device=self.device)
        for tap in range(1 - TAPS // 2, TAPS // 2 + 1):
            distance = share[..., 0] - tap
            weight = torch.sinc(distance) * torch.cos(math.pi / TAPS * distance).square()
            found = self.audio[(base + tap).clamp(0, len(self.audio) - 1)]
            wave += weight * found
        ramp = (since.float() / FADE).clamp(max=1.0)
        ramp = torch.where(joined.gather(1, segment), torch.ones_like(ramp), ramp)
        wave = wave * ramp * gain.gather(1, segment)
        wave = torch.where(start == SILENCE, torch.zeros_like(wave), wave)
        return wave, self.labels(at, source, speed, mute)

    def labels(self, at: Tensor, source: Tensor, speed: Tensor, mute: Tensor) -> Tensor:
        """The unit of each frame; after a jump into a word, with the class of what is before."""
        time = torch.arange(FRAMES, device=self.device).expand(len(at), -1).contiguous()
        segment = (torch.searchsorted(at, time, right=True) - 1).clamp(min=0)
        since = (time - at.gather(1, segment)).float() * speed.gather(1, segment)
        frame = source.gather(1, segment) + since.long()
        units = self.unit[frame.clamp(0, len(self.unit) - 1)].long()
        units = torch.where(mute.gather(1, segment), torch.zeros_like(units), units)
        before = torch.nn.functional.pad(units[:, :-1], (1, 0))
        jumps = torch.nn.functional.pad(segment.diff(dim=1) != 0, (1, 0))
        begins = (units != before) | jumps
        begins[:, 0] = True
        known = (units != IGNORED) & (before != IGNORED) & (units % len(CLASSES) != BOUNDARY)
        phone, left = units // len(CLASSES), before.clamp(max=len(self.pdf_of_unit) - 1)
        renamed = phone * len(CLASSES) + self.class_of[left // len(CLASSES)]
        new = torch.where(jumps & (units != before) & known, renamed, units)
        order = torch.arange(FRAMES, device=self.device).expand_as(units)
        runs = torch.where(begins, order, torch.zeros_like(order)).cummax(dim=1).values
        return new.gather(1, runs)

    def targets(self, units: Tensor, counts: Tensor) -> Tensor:
        """The pdfs of every 30 ms of the windows at their pace."""
        steps = torch.arange(WINDOW, device=self.device)
        places = (steps * counts[:, None] + counts[:, None] // 2) // WINDOW
        chosen = units.gather(1, places * STRIDE)
        known = chosen != IGNORED
        pdfs = self.pdf_of_unit[torch.where(known, chosen, torch.zeros_like(chosen))]
        return torch.where(known, pdfs, torch.full_like(pdfs, ANY))

    def at_pace(self, mfcc: Tensor, counts: Tensor) -> Tensor:
        """Cepstra of 3 WINDOW frames, of the first 3 `counts`, linear between neighbours."""
        steps = torch.linspace(0, 1, STRIDE * WINDOW, device=self.device)
        place = steps * (STRIDE * counts - 1)[:, None]
        below = place.floor().clamp(max=mfcc.shape[2] - 2)
        share = (place - below)[:, None]
        index = below.long()[:, None].expand(-1, mfcc.shape[1], -1)
        return mfcc.gather(2, index) * (1 - share) + mfcc.gather(2, index + 1) * share

    def surrounded(self, dry: Tensor) -> Tensor:
        """In a room, before a microphone, in noise; rounded, with Vosk's dither."""
        windows = len(dry)
        spectrum = torch.fft.rfft(dry, SPECTRUM) * torch.fft.rfft(self.responses(windows), SPECTRUM)
        wave = torch.fft.irfft(spectrum * self.microphones(windows), SPECTRUM)[:, :SAMPLES]
        level = decibels(self.random(windows, low=LEVEL_DB[0], high=LEVEL_DB[1])) * 32768
        wave = wave * (level / speech_level(wave))[:, None]
        dice = self.random(windows)
        noise = torch.where((dice < NOISY)[:, None], self.recorded(windows), self.coloured(windows))
        below = decibels(-self.random(windows, low=NOISE_DB[0], high=NOISE_DB[1]))
        babble = (dice >= NOISY + COLOURED) & (dice < NOISY + COLOURED + BABBLING)
        other = wave.roll(1, 0).flip(1)
        noise = torch.where(babble[:, None], other / speech_level(other)[:, None], noise)
        far = decibels(-self.random(windows, low=BABBLE_DB[0], high=BABBLE_DB[1]))
        below = torch.where(babble, far, below)
        below = torch.where(dice >= NOISY + COLOURED + BABBLING, torch.zeros_like(below), below)
        wave = wave + noise * (level * below)[:, None]
        wave = wave + self.coloured(windows) * self.random(windows, 1, high=HISS)
        loudest = wave.abs().amax(1, keepdim=True) + 1.0
        driven = wave * self.random(windows, 1, low=1.2, high=3.0) * 32768 / loudest
        wave = torch.where(self.random(windows, 1) < CLIPPED, driven, wave)
        return wave.clamp(-32768, 32767).round() + torch.randn_like(wave)

    def responses(self, windows: int) -> Tensor:
        """Rooms that were measured, rooms that are made, and none, shape (windows, samples)."""
        dice = self.random(windows, 1)
        real = self.rooms[torch.randint(len(self.rooms), (windows,), device=self.device)]
        tail = self.tails(windows)
        none = torch.zeros_like(tail)
        none[:, 0] = 1.0
        response = torch.where(dice < ROOM, real, none)
        return torch.where((dice >= ROOM) & (dice < ROOM + MADE_ROOM), tail, response)

    def tails(self, windows: int) -> Tensor:
        """As `augment.synthetic_room`, shape (windows, samples)."""
        time = torch.arange(LONGEST_ROOM, device=self.device)
        seconds = torch.exp(self.random(windows, 1, low=math.log(0.15), high=0.0))
        decay = torch.exp(-6.9 * time / (seconds * RATE))
        tail = torch.randn(windows, LONGEST_ROOM, device=self.device)
        tail = tail * (time >= self.random(windows, 1, low=0.002, high=0.02) * RATE)
        early = (self.random(windows, LONGEST_ROOM) < REFLECTIONS) & (time > RATE // 500)
        early = early & (time < RATE // 20)
        tail = (tail + early * self.random(windows, 1, low=2.0, high=12.0) * tail.sign()) * decay
        pole = self.random(windows, 1, high=0.7)
        spectrum = torch.fft.rfft(tail, SPECTRUM) * (1 - pole) / (1 - pole * self.delay)
        tail = torch.fft.irfft(spectrum, SPECTRUM)[:, :LONGEST_ROOM]
        louder = decibels(self.random(windows, 1, low=-12.0, high=14.0))
        tail = tail * louder / tail.norm(dim=1, keepdim=True)
        tail[:, 0] += 1.0
        return tail

    def microphones(self, windows: int) -> Tensor:
        """Frequency responses as `augment.change_microphone` has them, shape (windows, bins)."""
        one, z = torch.ones((), device=self.device), self.delay
        tilted = one + self.random(windows, 1, low=-0.4, high=0.4) * z
        pole = self.random(windows, 1, low=0.3, high=0.7)
        dull = (1 - pole) / (one - pole * z)
        thin = (one - z) / (one - self.random(windows, 1, low=0.9, high=0.98) * z)
        changed = tilted
        changed = torch.where(self.random(windows, 1) < DULL, changed * dull, changed)
        changed = torch.where(self.random(windows, 1) < THIN, changed * thin, changed)
        return torch.where(self.random(windows, 1) < MICROPHONE, changed, torch.ones_like(changed))

    def coloured(self, windows: int) -> Tensor:
        """White to brown noise of level 1, shape (windows, SAMPLES)."""
        pole = self.random(windows, 1, low=0.7, high=0.99) * (self.random(windows, 1) < NOT_WHITE)
        white = torch.fft.rfft(torch.randn(windows, SPECTRUM, device=self.device))
        noise = torch.fft.irfft(white / (1 - pole * self.delay), SPECTRUM)[:, :SAMPLES]
        return noise / noise.square().mean(1, keepdim=True).sqrt()

    def recorded(self, windows: int) -> Tensor:
        """Stretches of noises at some speed, each repeated if too short, of level 1."""
        one = torch.randint(len(self.noise_first), (windows,), device=self.device)
        length = (self.noise_frames[one] * SHIFT)[:, None]
        start = (self.random(windows, 1) * length).long()
        step = self.random(windows, 1, low=0.75, high=1.33)
        time = torch.arange(SAMPLES, device=self.device)
        place = (start + (time * step).long()) % length
        noise = self.audio[self.noise_first[one][:, None] * SHIFT + place].float()
        return noise / noise.square().mean(1, keepdim=True).sqrt().clamp(min=1.0)

    def distorted(self, mfcc: Tensor) -> Tensor:
        """Other vocal tracts, tilts and masks."""
        windows, _, frames = mfcc.shape
        factors = 1 + self.random(windows, 1, low=-WARP, high=WARP)
        bands = warps(factors) @ (self.from_cosines @ mfcc)
        means = bands.mean(2, keepdim=True)
        hidden = self.masks((windows, BANDS), BAND_MASKS, 1, WIDEST_MASK)
        bands = torch.where(hidden[:, :, None], means, bands)
        hidden = self.masks((windows, frames), TIME_MASKS, 3, LONGEST_MASK)
        bands = torch.where(hidden[:, None, :], means, bands)
        return self.mfcc.cosines @ (bands + self.tilts(windows)[:, :, None])

    def masks(self, shape: tuple[int, int], most: int, narrow: int, wide: int) -> Tensor:
        """Up to `most` stretches of each window, `narrow` to `wide` long, are True."""
        windows, size = shape
        place = torch.arange(size, device=self.device)
        hidden = torch.zeros(shape, dtype=torch.bool, device=self.device)
        for number in range(most):
            first = self.random(windows, 1, high=size - wide).floor()
            width = self.random(windows, 1, low=narrow, high=wide + 1).floor()
            width = width * (self.random(windows, 1) < (most - number) / (most + 1))
            hidden |= (place >= first) & (place < first + width)
        return hidden

    def tilts(self, windows: int) -> Tensor:
        """A smooth curve over the bands for each window, shape (windows, 40)."""
        order = torch.arange(CURVES, device=self.device)
        size = TILT_DB * math.log(10) / 10 / order.clamp(min=1)
        band = torch.arange(BANDS, device=self.device) + 0.5
        shape = torch.cos(math.pi / BANDS * order[:, None] * band)
        return (torch.randn(windows, CURVES, device=self.device) * size) @ shape


def warps(factors: Tensor) -> Tensor:
    """As `distort.warp_bands`, for factors of shape (windows, 1), shape (windows, 40, 40)."""
    low, high = (float(mel(np.array(hertz))) for hertz in (LOW_HZ, HIGH_HZ))
    centres = torch.linspace(low, high, BANDS + 2, device=factors.device)[1:-1]
    wanted = 1127.0 * torch.log1p(torch.expm1(centres / 1127.0) / factors)
    spacing = (high - low) / (BANDS + 1)
    source = ((wanted - centres[0]) / spacing).clamp(0, BANDS - 1)
    band = torch.arange(BANDS, device=factors.device)
    return (1 - (source[:, :, None] - band).abs()).clamp(min=0)


def decibels(level: Tensor) -> Tensor:
    """As a factor of amplitude."""
    return torch.pow(10.0, level / 20)


def speech_level(wave: Tensor) -> Tensor:
    """Of the loud half of each window's 20 ms stretches, shape (windows,), never zero."""
    stretch = RATE // 50
    count = wave.shape[1] // stretch
    power = wave[:, : count * stretch].reshape(len(wave), count, stretch).square().mean(2)
    return power.topk(count // 2, dim=1).values.mean(1).add(1e-2).sqrt()
