"""The command line and the batch work: from folders of music to a filled catalogue."""
