"""Named rules of intake: reading text, examining an entry, drafts, spreadsheets, questions."""
