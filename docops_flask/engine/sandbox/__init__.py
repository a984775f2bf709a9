"""What keeps a renderer from doing anything but its job: Landlock and seccomp."""
