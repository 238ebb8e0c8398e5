"""Detection of faces, their five points and 68 landmarks."""
