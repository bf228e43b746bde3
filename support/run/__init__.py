"""One acceptance run: what is selected, how it is shared out over processes, watched, ended and summed up."""
