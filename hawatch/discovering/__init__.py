"""Reading a machine, or a directory that holds its files, into one frozen Machine."""
