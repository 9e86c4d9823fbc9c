"""What to play next: near to the seeds, and a list one can listen to."""
