"""E-mails about the notes of voices: who is told what, and in which words."""
