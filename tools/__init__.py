"""What the repository needs to work on itself: test servers, pages made of code. Not part of the package."""
