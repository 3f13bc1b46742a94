"""The command line: `siting COMMAND`. It parses words, calls the pipeline and prints."""
