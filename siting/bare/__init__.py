"""Questions asked of bare numbers: a cost matrix and a few tables that the user brings, no roads and no case."""
