"""HTTP: routes, what goes in and out of them, and what stands in front of all of them."""
