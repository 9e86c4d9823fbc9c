"""The rights on record: what a file and a track of the library say of who holds which rights.

Everything here is pure: `normal_forms` has what two spellings of one value share, `contradictions`
the comparison of two sides. It is evidence for a person, not a verdict.
"""
