"""The server's side of a job: its folder, its slot, its renderer process."""
