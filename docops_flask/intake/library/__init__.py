"""The template library: a folder of approved templates, checked once, used by their names."""
