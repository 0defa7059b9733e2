"""Values into text, JSON and metrics; nothing here asks, decides or writes."""
