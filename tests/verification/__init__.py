"""Tests of utterance verification."""
