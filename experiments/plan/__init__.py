"""What will be measured and how: a pure value, validated when read, hashed at the lock."""
