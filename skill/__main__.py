"""`python -m skill` is the same as `roller-coach`."""

from skill.cli import main

main()
