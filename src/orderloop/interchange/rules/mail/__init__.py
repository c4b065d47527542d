"""Rules of mails: who wrote one, what of it is new, and where it belongs."""
