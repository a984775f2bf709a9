"""What reviewers get of a result: ``out.review.docx``, and the format report as SARIF and JUnit's XML."""
