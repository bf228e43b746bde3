"""From what was planned and recorded to the verdict an owner decides by: judged by pure functions, then told."""
