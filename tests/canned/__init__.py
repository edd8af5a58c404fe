"""Answers with a label: right ones, and ones that are wrong in one way each, with the rules that have to say so."""
