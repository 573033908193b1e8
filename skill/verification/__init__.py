"""Utterance verification: was it a command, or one of the many words that sound like it?"""
