"""The template with its blocks repeated as a log says, worked out by code of the proof's own."""
