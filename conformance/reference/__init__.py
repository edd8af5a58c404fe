"""A correct server of OpenAI's API in miniature, and the named ways in which real servers are wrong."""
