"""Files: text, TOML and tables as planners hand them in, shipped resources, cached results, run folders."""
