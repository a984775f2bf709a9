"""What starter templates are made of: designs, style sheet, default wording, a clean package."""
