"""What may be wrong with a machine or a microphone, and what to do about each: pure findings."""
