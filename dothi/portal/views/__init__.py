"""The pages of the portal: for readers and for the news desk."""
