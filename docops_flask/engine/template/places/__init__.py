"""Places outside paragraphs where a placeholder can stand: charts, properties, alternative texts, link targets."""
