"""The sealed file ("if I am taken"): left by a person at risk, opened by two people when its trigger is confirmed."""
