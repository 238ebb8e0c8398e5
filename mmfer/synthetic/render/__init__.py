"""From a scene to an image with exact truth."""
