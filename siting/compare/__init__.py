"""Layout plans side by side: figures, and who gains and who loses from one to another."""
