"""Detection of all faces of a data set, done once and stored in sidecars."""
