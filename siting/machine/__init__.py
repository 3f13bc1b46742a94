"""The machine underneath: compiled loops, threads, memory, Ctrl-C."""
