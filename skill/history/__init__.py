"""History: which sessions there were, kept on this machine."""
