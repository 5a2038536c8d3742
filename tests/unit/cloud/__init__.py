"""What the cloud room does without a cloud."""
