"""A page in a browser that reads photographs and videos."""
