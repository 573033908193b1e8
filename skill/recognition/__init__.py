"""Recognisers: each file implements `skill.ports.Recognizer` on one engine."""
