"""The report: one web page without JavaScript, and its summary as Markdown."""
