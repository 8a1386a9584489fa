"""Is the same person reported twice? What sees it suggests it to people; nothing here ever joins two cases itself."""
