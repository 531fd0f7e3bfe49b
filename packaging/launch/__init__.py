"""The launcher behind `./parlor`; standard library only, as nothing is set up when it runs."""
