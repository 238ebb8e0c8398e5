"""Who is rendered."""
