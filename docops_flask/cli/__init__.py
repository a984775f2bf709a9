"""The command ``docops``: the service's jobs in the shell."""
