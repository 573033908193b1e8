"""From pitch, envelope and breathiness to sound, as PyTorch operations that ONNX knows.

A pulse train and noise, each shaped in short overlapping spectra. What it computes is WORLD's
synthesis (Morise et al., 2016) in another order: pulses of power 1 through the minimum-phase filter
of the envelope, plus white noise through the same envelope, shared out by the aperiodicity. Nothing
in it is learnt.
"""

import math

import numpy as np
import torch
from sound import BANDS, BINS, BREATH_BANDS, FFT, HOP, RATE, Matrix, spread
from torch import Tensor, nn

NOISE_FFT = 2 * HOP
NOISE_FRAMES = 149
"""So many frames of random spectra are used over and over; 1.5 s, too long to be heard as a
rhythm."""
LEAST_BREATH, LEAST = 1e-3, 1e-5
ROUGHNESS = (0.15, 0.15, 0.2, 0.45, 0.55, 0.3, 0.0, 0.0)
"""Added to the aperiodicity of each band, as amplitudes of independent noises add up. D4C finds
less noise than there is: harmonics stood 17.7, 1.4 and -3.7 dB above noise (0-2, 2-4, 4-8 kHz) in
nine sentences that were analysed and made again, against 13.1, -2.9 and -4.9 dB in the recordings;
with this, 13.5, -1.2 and -4.1 dB. Less sounds like a buzzer."""


def hilbert() -> Matrix:
    """From log amplitudes to the phases of the minimum-phase filter, shape (BINS, BINS).

    The phase of a minimum-phase system is the Hilbert transform of its log amplitude (Oppenheim
    and Schafer, "Discrete-time signal processing", chapter 12): fold the cepstrum, transform back.
    """
    cepstra = np.fft.irfft(np.eye(BINS), FFT, axis=1)
    fold = np.zeros(FFT)
    fold[0] = fold[FFT // 2] = 1
    fold[1 : FFT // 2] = 2
    return np.asarray(np.fft.fft(cepstra * fold, axis=1).imag[:, :BINS], dtype=np.float32)


def transform(times: Tensor, window: Tensor) -> Tensor:
    """Windowed cosines and negative sines, shape (2 (size/2 + 1), 1, size).

    Made from `times`, 0 to size - 1, in the graph: as numbers they would be larger than the voice.
    """
    size = times.shape[0]
    angle = torch.remainder(times[: size // 2 + 1, None] * times, size) * (2 * math.pi / size)
    return (torch.cat([torch.cos(angle), -torch.sin(angle)]) * window)[:, None]


def hann(times: Tensor) -> Tensor:
    """A periodic Hann window, shape (size,)."""
    return 0.5 - 0.5 * torch.cos(times * (2 * math.pi / times.shape[0]))


def one_sided(size: int) -> Tensor:
    """Weights of an inverse transform from half a spectrum, shape (2 (size/2 + 1), 1, 1)."""
    half = torch.cat([torch.ones(1), 2 * torch.ones(size // 2 - 1), torch.ones(1)]) / size
    return torch.cat([half, half])[:, None, None]


class Vocoder(nn.Module):
    """Frames to sound. All tensors have a batch of one."""

    envelope_to_bins: Tensor
    envelope_to_phase: Tensor
    envelope_to_noise: Tensor
    breath_to_bins: Tensor
    breath_to_noise: Tensor
    randomness: Tensor
    roughness: Tensor
    times: Tensor
    noise_times: Tensor

    def __init__(self) -> None:
        super().__init__()
        to_bins, breath = spread(BANDS), spread(BREATH_BANDS)
        at = np.linspace(0, BINS - 1, NOISE_FFT // 2 + 1)

        def thinner(matrix: Matrix) -> Matrix:
            rows = [np.interp(at, np.arange(BINS), row) for row in matrix]
            return np.asarray(rows, dtype=np.float32)

        constants = {
            "envelope_to_bins": to_bins,
            "envelope_to_phase": to_bins @ hilbert(),
            "envelope_to_noise": thinner(to_bins),
            "breath_to_bins": breath,
            "breath_to_noise": thinner(breath),
            "randomness": np.random.default_rng(0)
            .standard_normal((NOISE_FRAMES, 2 * (NOISE_FFT // 2 + 1)))
            .astype(np.float32),
            "roughness": np.square(np.array(ROUGHNESS, dtype=np.float32)),
            "times": np.arange(FFT, dtype=np.float32),
            "noise_times": np.arange(NOISE_FFT, dtype=np.float32),
        }
        for name, value in constants.items():
            self.register_buffer(name, torch.from_numpy(value))

    def forward(self, pitch: Tensor, voiced: Tensor, envelope: Tensor, breath: Tensor) -> Tensor:
        """Speak.

        Args:
            pitch: Hz, never 0, shape (frames,).
            voiced: 0 to 1, shape (frames,).
            envelope: natural log of amplitudes, shape (frames, BANDS).
            breath: share of the amplitude that is noise, shape (frames, BREATH_BANDS).

        Returns:
            shape (frames * HOP,).
        """
        breath = breath.clamp(LEAST_BREATH, 1.0)
        breath = torch.sqrt(torch.square(breath) * (1 - self.roughness) + self.roughness)
        breath = 1 - voiced[:, None] * (1 - breath)
        return self.tone(pitch, envelope, breath) + self.noise(envelope, breath)

    def pulses(self, pitch: Tensor) -> Tensor:
        """A band-limited pulse train of power 1, shape (frames * HOP,)."""
        following = torch.cat([pitch[1:], pitch[-1:]])
        share = torch.arange(HOP, dtype=torch.float32) / HOP
        hertz = (pitch[:, None] * (1 - share) + following[:, None] * share).reshape(-1)
        cycles = torch.cumsum(hertz.double() / RATE, 0)
        phase = math.pi * (cycles - torch.floor(cycles)).float()
        harmonics = torch.floor(0.5 * RATE / hertz)
        below = torch.sin(phase)
        flat = torch.abs(below) < LEAST
        ratio = torch.sin((2 * harmonics + 1) * phase) / torch.where(
            flat, torch.ones_like(below), below
        )
        train = torch.where(flat, 2 * harmonics + 1, ratio) - 1
        return train * torch.sqrt(hertz / RATE)

    def tone(self, pitch: Tensor, envelope: Tensor, breath: Tensor) -> Tensor:
        """What repeats with the pitch."""
        window = hann(self.times)
        basis = transform(self.times, window)
        padded = nn.functional.pad(self.pulses(pitch), (FFT // 2, FFT // 2))
        heard = nn.functional.conv1d(padded[None, None], basis, stride=HOP)[0].T[: pitch.shape[0]]
        share = torch.sqrt((1 - torch.square(breath @ self.breath_to_bins)).clamp(min=LEAST))
        size = torch.exp(envelope @ self.envelope_to_bins) * share
        phase = envelope @ self.envelope_to_phase
        real, imaginary = size * torch.cos(phase), size * torch.sin(phase)
        a, b = heard[:, :BINS], heard[:, BINS:]
        shaped = torch.cat([a * real - b * imaginary, a * imaginary + b * real], dim=1)
        overlap = torch.square(window).sum() / HOP
        return self.join(shaped, basis * one_sided(FFT), FFT) / overlap

    def noise(self, envelope: Tensor, breath: Tensor) -> Tensor:
        """What does not."""
        window = torch.sqrt(hann(self.noise_times))
        basis = transform(self.noise_times, window)
        size = torch.exp(envelope @ self.envelope_to_noise) * (breath @ self.breath_to_noise)
        frames = torch.remainder(torch.arange(envelope.shape[0]), NOISE_FRAMES)
        random = self.randomness[frames] * math.sqrt(NOISE_FFT / 2)
        shaped = random * torch.cat([size, size], dim=1)
        return self.join(shaped, basis * one_sided(NOISE_FFT), NOISE_FFT)

    @staticmethod
    def join(spectra: Tensor, basis: Tensor, size: int) -> Tensor:
        """Overlap and add, frame i around sample i * HOP."""
        sound = nn.functional.conv_transpose1d(spectra.T[None], basis, stride=HOP)[0, 0]
        return sound[size // 2 : size // 2 + spectra.shape[0] * HOP]
