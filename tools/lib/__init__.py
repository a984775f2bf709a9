"""What several tools use: client, server, samples, figures."""
