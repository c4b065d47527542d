"""Writers: what we answer, as bytes in a partner's own format. Plain data in, bytes out."""
