"""The conversation about a sealed file and about check-ins."""
