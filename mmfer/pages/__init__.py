"""Pages about models and data: one HTML file each, which opens without a network."""
