"""What the engine says about itself: metric names with their meaning."""
