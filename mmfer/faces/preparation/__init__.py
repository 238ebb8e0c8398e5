"""Finding the faces of a whole data set once."""
