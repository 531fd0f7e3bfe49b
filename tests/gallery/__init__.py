"""One runnable window for each widget: `python -m tests.gallery message_list --dark`."""
