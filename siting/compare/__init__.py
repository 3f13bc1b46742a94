"""Plans side by side: maps, figures, and who gains and who loses from one to another."""
