"""How detections become tracks."""
