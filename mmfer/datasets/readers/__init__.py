"""Readers: one module per data set, with its parts."""
