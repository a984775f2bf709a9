"""The reviewer's copy of a result, ``out.review.docx``: with comments, or with the repairs as tracked changes."""
