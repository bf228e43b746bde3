"""Takes copies of chats, bounded in number and size, and has them scrubbed, stored and queued by another process."""
