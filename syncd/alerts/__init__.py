"""What merchants are told by mail: letters free of language, their words, and the mails made of them.

`letters` says what can be told, `incidents` makes it of what the journal kept, `telling` puts it into a language as a `page`, `post` makes
the mail.
"""
