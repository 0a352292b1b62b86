"""The state folder as a whole: what of it is needed, what can go, whether it is sound, and a copy of it."""
