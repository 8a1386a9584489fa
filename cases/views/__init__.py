"""What an audience may see of a case: the one place that decides it, for every page, message, file and feed."""
