"""The last minutes of a session, kept when the person wishes: off unless somebody turns it on."""
