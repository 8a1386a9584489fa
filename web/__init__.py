"""Pages: the form, what stands behind one-time links, the console, the API, and the doors of Telegram and Twilio."""
