"""Reports: what experiments came to, for someone who was not there, as one HTML file, Markdown or JSON."""
