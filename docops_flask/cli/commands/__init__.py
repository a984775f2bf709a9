"""The commands of ``docops``, by what they are about; each imports what it needs itself."""
