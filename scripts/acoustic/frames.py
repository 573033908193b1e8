"""Numbers that features, windows and networks share."""

SHIFT = 160
"""Samples between frames."""
STRIDE = 3
"""Frames of 10 ms for each target."""
CEPSTRA = 40
WINDOW = 130
"""Frames of 30 ms in one training window."""

IGNORED = 65535
"""Stands for a unit that nobody knows: a doubted word of `transcribe`."""

CROPPED = 0.45
"""Share of the changed copies of sentences that are cut to one to three words: what people say
alone in the recordings are three words of Speech Commands and six of the wake words."""

WANTED = 0.7
"""Share of cut words that are a phrase of the coach's, where a sentence has one."""
