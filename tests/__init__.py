"""Mirrors the package; here so that no other package of this name is taken for it."""
