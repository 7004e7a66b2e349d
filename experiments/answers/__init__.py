"""What a router is answered: always within the deadline, durable before the answer leaves."""
