"""Pictures: pure functions from plain values to SVG, drawn with classes so that light, dark and paper colour them."""
