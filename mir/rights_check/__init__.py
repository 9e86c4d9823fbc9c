"""What a file may have of the library: sound, or music, with the rights on record on both sides.

`hearing` reads a file, `check` compares it, `findings` has the values and what follows from them,
`words` says them, `report` and `page` tell of many files. All of it is evidence for a person, and
none of it a verdict.
"""
