"""The typed state of one scenario, and the hooks that make and end it."""
