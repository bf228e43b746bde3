"""The owner's decision on a run: signed over digests of all that it rests on, so that anyone can check it later.

::

    keys       Ed25519 keys in files, protected by a passphrase
    digests    streamed digests of many files
    subjects   which files a decision rests on, and what kind each is
    seals      the digests that a run notes of its own files, so that a later change is noticed before signing
    waivers    criteria that an owner does without for a while
    statement  what is signed: an in-toto Statement
    envelope   how it is signed: a DSSE envelope, the record
    checks     when signing is refused
    sheet      the decision on the acceptance page
    decide     `signoff sign`, from the order to the record
    verify     `signoff verify`, from the record to what has changed since
    command    the three commands
"""
