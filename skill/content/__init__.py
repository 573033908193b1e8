"""Content as data: routines, phrases and commands in YAML, read and checked as a whole.

`load_content` reads the three files and reports every mistake in them at once; `lint` adds what
only a recogniser's model can tell.
"""

from skill.content.lint import unknown_words as lint
from skill.content.load import COMMANDS, PHRASES, ROUTINE, Content, builtin, load_content

__all__ = ["COMMANDS", "PHRASES", "ROUTINE", "Content", "builtin", "lint", "load_content"]
