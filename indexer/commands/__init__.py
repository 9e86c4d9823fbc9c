"""One module for each family of commands; each opens, makes one library call and prints."""
