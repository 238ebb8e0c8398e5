"""Finding faces, their five points and 68 landmarks."""
