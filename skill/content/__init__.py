"""Content as data: routines, phrases and commands in YAML, read and checked as a whole.

`load` reads the three files and reports every mistake in them at once; `lint` adds what only a
recogniser's model can tell.
"""
