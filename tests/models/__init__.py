"""Tests of the list, the download and the installation of official models."""
