"""The coach as a part of a smart home: what it shows there, and what is pressed there."""
