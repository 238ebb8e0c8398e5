"""Expressions as combinations of action units."""
