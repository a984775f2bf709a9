"""Policies as data: ``Policy``, what its keys and rules accept, and its rules as the checks apply them."""
