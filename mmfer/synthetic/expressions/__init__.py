"""What a face shows, in action units."""
