"""Voice messages in the window: recorded, shown and played.

What needs QtMultimedia stands in `microphone` and `engine` and is loaded when first used.
"""
