"""Random people and their attributes."""
