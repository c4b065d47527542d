"""Where mail comes in: our own SMTP receiver, and fetching from a mailbox by IMAP. Both store, and read nothing."""
