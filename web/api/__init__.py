"""The API: what the pages show and take, for programs that ask in an account's place."""
