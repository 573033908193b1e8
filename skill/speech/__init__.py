"""The mouth: voices that turn a sentence into a clip."""
