"""The command ``docops``, which does the service's jobs in the shell."""
