"""A server that means harm, in named ways, and what has to hold of a run against each of them."""
