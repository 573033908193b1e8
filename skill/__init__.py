"""Roller coach: an offline voice coach for foam rolling."""

__version__ = "0.1.0"
