"""Labelled recordings through the ears of a session: figures, tables and pictures."""
