"""Measures of spotting micro-expressions in clips and videos."""
