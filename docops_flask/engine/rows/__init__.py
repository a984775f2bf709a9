"""Rows of data: sheets of CSV files and Excel workbooks, and JSON lines, as payloads of tasks."""
