"""The coach as a skill of OpenVoiceOS; its words are generated (scripts/ovos/words.py)."""
