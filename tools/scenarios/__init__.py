"""The endurance scenarios: what a server must survive."""
