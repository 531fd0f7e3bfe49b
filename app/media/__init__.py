"""Sound and moving pictures: what is recorded is encoded here, what others sent is looked at."""
