"""The console: pages behind a sign-in, one blueprint a subject. Drawn on the server, no script on any of them."""
