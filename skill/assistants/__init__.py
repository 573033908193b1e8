"""The coach in other people's assistants: Home Assistant (Wyoming) and OpenVoiceOS."""
