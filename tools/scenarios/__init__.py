"""The endurance scenarios: overload, hostile files, hanging jobs and faults."""
