"""Where one facility should go: sites scored on several criteria and ranked, with weights that a planner can change."""
