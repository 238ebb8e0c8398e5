"""Clips of one face: frames, landmarks, the apex of a micro-expression."""
