"""The renderer: from a person and a scene to an image with exact geometry."""
