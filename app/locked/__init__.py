"""What goes on while the instance is locked: intake is sealed to a public key, and coordinators are told so."""
