"""Learning one person's voice from a few recordings of known phrases."""
