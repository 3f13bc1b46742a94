"""What a plan, or the present state, gives people: coverage, travel times, accessibility, inequality, load."""
