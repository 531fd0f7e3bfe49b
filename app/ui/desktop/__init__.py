"""The program in the desktop around it: one at a time, called by links, started with it."""
