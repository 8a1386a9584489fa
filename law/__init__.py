"""What the law gives and takes: rules with their sources, clocks that run on them, who signed them off."""
