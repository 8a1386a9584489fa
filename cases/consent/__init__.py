"""What is known of a person, field by field, and who has agreed to whom learning which of it."""
