"""What each paragraph of an official document is: title, recipient, heading, body, date ..."""
