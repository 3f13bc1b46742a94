"""Why, why not, what if: a plan that was made, explained by solving again with one thing changed."""
