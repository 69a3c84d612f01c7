"""Reports for a terminal, as rich renderables: each function takes values and returns something to print."""
