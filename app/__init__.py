"""The front room: wires everything, names what follows what, and takes the operator's commands."""

VERSION = "0.1.0"
