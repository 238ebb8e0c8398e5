"""Faults of data sets: broken images, images in two parts or under two labels, and others."""
