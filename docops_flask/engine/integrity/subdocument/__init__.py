"""Sub-documents for the proof: what each puts in, worked out anew from its file."""
