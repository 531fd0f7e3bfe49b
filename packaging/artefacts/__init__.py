"""Makes what people install. Run by `packaging/build`, in an environment of its own."""
