"""The network in the window: servers, links, measurements, and what hinders them."""
