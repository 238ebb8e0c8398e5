"""Uncertainty of measures, and tests of differences."""
