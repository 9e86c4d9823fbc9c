"""What there is to learn from: labels, what they call a genre, the split, and the decoded music."""
