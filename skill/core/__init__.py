"""The pure core: what the coach knows and decides.

Standard library only; no clock, file, thread, log or randomness (tests/test_floors.py checks it).
"""
