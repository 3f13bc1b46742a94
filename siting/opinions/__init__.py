"""Opinions on a published plan: the form that people fill in, and the log of what came back and how it was handled."""
