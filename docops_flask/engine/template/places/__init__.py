"""Places outside paragraphs where a placeholder can stand: charts, properties, link targets."""
