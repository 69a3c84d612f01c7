"""The database: what was seen (mirror), what was done (intents, history), what is wrong (drift episodes).

What belongs here: SQL, and nothing else that knows a table. Every function is plain and sync, takes a connection that is inside
a transaction, and is run through `Database.run`. The mirror can be thrown away and rebuilt; intents, notifications and history
cannot.
"""
