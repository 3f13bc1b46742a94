"""The mathematics: variables, constraints and objectives, and how they are put together."""
